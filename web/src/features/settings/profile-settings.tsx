import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import type { Me, UpdateMe } from '../../protocol/generated'
import { api } from '../../realtime/client'
import { useMe } from '../../realtime/hooks'
import { Avatar } from '../../ui/avatar'
import { FailureLine } from '../../ui/failure-line'
import { Field } from '../../ui/field'
import { useSubmit } from '../../ui/use-submit'
import { SaveRow } from './save-row'

/** How others see one. */
export function ProfileSettings() {
  const me = useMe()
  return me ? <ProfileForm me={me} /> : null
}

const fields = ['displayName', 'username', 'email'] as const

function ProfileForm({ me }: { readonly me: Me }) {
  const [value, setValue] = useState({ displayName: me.displayName, username: me.username, email: me.email })
  const [saved, setSaved] = useState(false)
  const { busy, failure, run } = useSubmit()
  const change = changeOf(me, value)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await run(async () => {
      const next = await api.updateMe(change)
      setValue({ displayName: next.displayName, username: next.username, email: next.email })
    })
    setSaved(done)
  }
  const set = (name: (typeof fields)[number]) => (event: { readonly target: { readonly value: string } }) => {
    setSaved(false)
    setValue({ ...value, [name]: event.target.value })
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
      <p className="text-ink-2">{t('profile.lead')}</p>
      <div className="flex items-center gap-4 py-1">
        <Avatar id={me.id} name={value.displayName || me.username} src={me.avatar} size={72} />
        <div className="min-w-0">
          <bdi className="name block text-title font-semibold">{value.displayName || me.username}</bdi>
          <span className="name block text-meta text-ink-3">@{value.username}</span>
        </div>
      </div>
      <Field
        label={t('field.displayName')}
        hint={t('field.displayNameHint')}
        error={failure?.fields.displayName}
        name="display-name"
        autoComplete="name"
        maxLength={64}
        value={value.displayName}
        onChange={set('displayName')}
      />
      <Field
        label={t('field.username')}
        hint={t('field.usernameHint')}
        error={failure?.fields.username}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        value={value.username}
        onChange={set('username')}
      />
      <Field
        label={t('field.email')}
        hint={t('profile.emailHint')}
        error={failure?.fields.email}
        name="email"
        type="email"
        autoComplete="email"
        maxLength={254}
        value={value.email}
        onChange={set('email')}
      />
      <FailureLine failure={failure} shown={fields} />
      <SaveRow busy={busy} saved={saved} disabled={Object.keys(change).length === 0} />
    </form>
  )
}

/** Only what is other than before. */
function changeOf(me: Me, value: Required<UpdateMe>): UpdateMe {
  const change: UpdateMe = {}
  for (const name of fields) {
    const next = value[name].trim()
    if (next !== me[name] && next !== '') change[name] = next
  }
  return change
}
