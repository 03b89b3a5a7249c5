import { type FormEvent, useState } from 'react'
import { Refused } from '../../api/refused'
import { t } from '../../i18n/t'
import { session } from '../../realtime/client'
import { useSession } from '../../realtime/hooks'
import { useSite } from '../../realtime/site'
import { Button } from '../../ui/button'
import { FailureLine } from '../../ui/failure-line'
import { Field, PasswordField } from '../../ui/field'
import { Link } from '../../ui/link'
import { Page } from '../../ui/page'
import { useSubmit } from '../../ui/use-submit'

/** Log in. The address stays as it was, so one lands where one wanted to go. */
export function LoginPage() {
  const site = useSite()
  const current = useSession()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const { busy, failure, run, fail } = useSubmit()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (login.trim() === '' || password === '') return fail({ message: t('login.wrong'), fields: {} })
    await run(async () => {
      await session.logIn({ login: login.trim(), password }).catch(inOwnWords)
    })
  }

  const ended = current.kind === 'loggedOut' && current.reason !== undefined
  return (
    <Page title={t('login.title', { site: site?.name ?? t('app.name') })} lead={ended ? t('login.ended') : undefined}>
      <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
        <Field
          label={t('login.login')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={login}
          onChange={(event) => setLogin(event.target.value)}
        />
        <PasswordField
          label={t('field.password')}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <FailureLine failure={failure} />
        <Button type="submit" tone="primary" wide busy={busy}>
          {t('login.submit')}
        </Button>
      </form>
      <p className="mt-6 text-[14px] text-ink-2">
        {site?.signup === 'open' ? (
          <>
            {t('login.noAccount')}{' '}
            <Link href="/signup" className="font-medium text-primary underline underline-offset-2">
              {t('login.signUp')}
            </Link>
          </>
        ) : (
          t('login.closed')
        )}
      </p>
    </Page>
  )
}

/** Wrong name and wrong password are told as one, in the catalogue's words. */
function inOwnWords(error: unknown): never {
  if (!(error instanceof Refused) || error.refusal.code !== 'unauthenticated') throw error
  throw new Refused({ ...error.refusal, message: t('login.wrong') }, error.status)
}
