import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import { session } from '../../realtime/client'
import { Button } from '../../ui/button'
import { FailureLine } from '../../ui/failure-line'
import { useSubmit } from '../../ui/use-submit'
import { NewAccountFields } from './account-fields'
import { checkAccount } from './checks'

type Props = {
  /** Code of the invite that opens the door. */
  readonly invite?: string
  readonly onDone: () => void
}

/** Makes an account and logs in with it. */
export function SignUpForm({ invite, onDone }: Props) {
  const [account, setAccount] = useState({ username: '', email: '', password: '' })
  const { busy, failure, run, fail } = useSubmit()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const fields = checkAccount(account)
    if (Object.keys(fields).length > 0) return fail({ message: '', fields })
    const done = await run(async () => {
      const { username, email, password } = account
      await session.register({
        username: username.trim(),
        email: email.trim(),
        password,
        ...(invite ? { invite } : {}),
      })
    })
    if (done) onDone()
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
      <NewAccountFields value={account} faults={failure?.fields ?? {}} onChange={setAccount} autoFocus />
      <FailureLine failure={failure} shown={['username', 'email', 'password']} />
      <Button type="submit" tone="primary" wide busy={busy}>
        {t('signUp.submit')}
      </Button>
    </form>
  )
}
