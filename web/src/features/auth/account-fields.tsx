import { t } from '../../i18n/t'
import { Field, PasswordField } from '../../ui/field'
import type { AccountFields } from './checks'

type Props = {
  readonly value: AccountFields
  readonly faults: Readonly<Record<string, string>>
  readonly onChange: (value: AccountFields) => void
  readonly autoFocus?: boolean
}

/** Username, e-mail and password of a new account. */
export function NewAccountFields({ value, faults, onChange, autoFocus }: Props) {
  return (
    <>
      <Field
        label={t('field.username')}
        hint={t('field.usernameHint')}
        error={faults.username}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        autoFocus={autoFocus}
        value={value.username}
        onChange={(event) => onChange({ ...value, username: event.target.value })}
      />
      <Field
        label={t('field.email')}
        hint={t('profile.emailHint')}
        error={faults.email}
        name="email"
        type="email"
        inputMode="email"
        autoComplete="email"
        maxLength={254}
        value={value.email}
        onChange={(event) => onChange({ ...value, email: event.target.value })}
      />
      <PasswordField
        label={t('field.password')}
        hint={t('field.passwordHint')}
        error={faults.password}
        name="password"
        autoComplete="new-password"
        maxLength={256}
        value={value.password}
        onChange={(event) => onChange({ ...value, password: event.target.value })}
      />
    </>
  )
}
