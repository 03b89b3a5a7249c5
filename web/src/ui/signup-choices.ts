import { t } from '../i18n/t'

/** Who may join a site, as choices with their explanation. */
export function signupChoices() {
  return [
    { value: 'invite', label: t('signup.invite'), hint: t('signup.inviteHint') },
    { value: 'open', label: t('signup.open'), hint: t('signup.openHint') },
    { value: 'closed', label: t('signup.closed'), hint: t('signup.closedHint') },
  ] as const
}
