import { t } from '../../i18n/t'
import { useSite } from '../../realtime/site'
import { Button } from '../../ui/button'
import { Link } from '../../ui/link'
import { Page } from '../../ui/page'
import { navigate } from '../../ui/router'
import { SignUpForm } from './sign-up-form'

/** Sign up, where the site is open to anyone. */
export function SignUpPage() {
  const site = useSite()
  const name = site?.name ?? t('app.name')
  if (site && site.signup !== 'open') {
    return (
      <Page title={t('signUp.closedTitle', { site: name })} lead={t('signUp.closedBody')}>
        <Button tone="primary" wide onClick={() => navigate('/login')}>
          {t('signUp.logIn')}
        </Button>
      </Page>
    )
  }
  return (
    <Page title={t('signUp.title', { site: name })}>
      <SignUpForm onDone={() => navigate('/?enter', 'replace')} />
      <p className="mt-6 text-[14px] text-ink-2">
        {t('signUp.hasAccount')}{' '}
        <Link href="/login" className="font-medium text-primary underline underline-offset-2">
          {t('signUp.logIn')}
        </Link>
      </p>
    </Page>
  )
}
