import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import type { Signup } from '../../protocol/generated'
import { session } from '../../realtime/client'
import { loadSite, useSite } from '../../realtime/site'
import { Button } from '../../ui/button'
import { FailureLine } from '../../ui/failure-line'
import { Choices, Field } from '../../ui/field'
import { Page } from '../../ui/page'
import { navigate } from '../../ui/router'
import { signupChoices } from '../../ui/signup-choices'
import { useSubmit } from '../../ui/use-submit'
import { NewAccountFields } from './account-fields'
import { checkAccount } from './checks'

const known = ['siteName', 'signup', 'username', 'email', 'password']

/** The owner's first visit: names the site, says who may join, makes the first account. */
export function SetupPage() {
  const site = useSite()
  const [token] = useState(readToken)
  if (site && !site.setupRequired) {
    return (
      <Page title={t('setup.doneTitle')} lead={t('setup.doneBody')}>
        <Button tone="primary" wide onClick={() => navigate('/login', 'replace')}>
          {t('login.submit')}
        </Button>
      </Page>
    )
  }
  if (token === '') return <Page title={t('setup.needTokenTitle')} lead={t('setup.needTokenBody')} />
  return (
    <Page title={t('setup.title')} lead={t('setup.lead')}>
      <SetupForm token={token} />
    </Page>
  )
}

/** The token stands behind `#`, which browsers never send anywhere. */
function readToken(): string {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
}

function SetupForm({ token }: { readonly token: string }) {
  const [siteName, setSiteName] = useState('')
  const [signup, setSignup] = useState<Signup>('invite')
  const [account, setAccount] = useState({ username: '', email: '', password: '' })
  const { busy, failure, run, fail } = useSubmit()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const fields = checkAccount(account)
    if (Object.keys(fields).length > 0) return fail({ message: '', fields })
    const done = await run(async () => {
      const { username, email, password } = account
      const name = siteName.trim()
      await session.setUp({
        token,
        username: username.trim(),
        email: email.trim(),
        password,
        signup,
        ...(name ? { siteName: name } : {}),
      })
    })
    if (!done) return
    void loadSite()
    navigate('/', 'replace')
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
      <Field
        label={t('setup.siteName')}
        hint={t('setup.siteNameHint')}
        error={failure?.fields.siteName}
        name="site-name"
        autoComplete="organization"
        maxLength={60}
        autoFocus
        value={siteName}
        onChange={(event) => setSiteName(event.target.value)}
      />
      <Choices
        legend={t('setup.whoMayJoin')}
        name="signup"
        choices={signupChoices()}
        value={signup}
        onChange={setSignup}
      />
      <h2 className="mt-3 text-title font-semibold">{t('setup.account')}</h2>
      <NewAccountFields value={account} faults={failure?.fields ?? {}} onChange={setAccount} />
      <FailureLine failure={failure} shown={known} />
      <Button type="submit" tone="primary" wide busy={busy}>
        {t('setup.submit')}
      </Button>
    </form>
  )
}
