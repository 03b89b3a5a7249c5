import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import { api } from '../../realtime/client'
import { useMe } from '../../realtime/hooks'
import { Button } from '../../ui/button'
import { FailureLine } from '../../ui/failure-line'
import { PasswordField } from '../../ui/field'
import { toast } from '../../ui/toast'
import { useSubmit } from '../../ui/use-submit'

/** Changes the password; all other devices are logged out with it. */
export function PasswordSettings() {
  const me = useMe()
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const { busy, failure, run, fail } = useSubmit()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if ([...newPassword].length < 8) return fail({ message: '', fields: { newPassword: t('field.passwordShort') } })
    if (!(await run(() => api.changePassword({ currentPassword, newPassword })))) return
    setCurrent('')
    setNew('')
    toast(t('password.done'))
  }

  return (
    <form className="mt-4 flex flex-col gap-4" onSubmit={submit} noValidate>
      {/* Password managers want to know whose password it is. */}
      <input type="text" name="username" autoComplete="username" value={me?.username ?? ''} readOnly hidden />
      <PasswordField
        label={t('password.current')}
        error={failure?.fields.currentPassword}
        name="current-password"
        autoComplete="current-password"
        value={currentPassword}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <PasswordField
        label={t('password.new')}
        hint={t('field.passwordHint')}
        error={failure?.fields.newPassword}
        name="new-password"
        autoComplete="new-password"
        maxLength={256}
        value={newPassword}
        onChange={(event) => setNew(event.target.value)}
      />
      <FailureLine failure={failure} shown={['currentPassword', 'newPassword']} />
      <div>
        <Button type="submit" tone="primary" busy={busy} disabled={currentPassword === '' || newPassword === ''}>
          {t('password.submit')}
        </Button>
      </div>
    </form>
  )
}
