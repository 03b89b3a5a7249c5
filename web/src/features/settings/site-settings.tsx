import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import type { Site } from '../../protocol/generated'
import { api } from '../../realtime/client'
import { setSite, useSite } from '../../realtime/site'
import { FailureLine } from '../../ui/failure-line'
import { Choices, Field } from '../../ui/field'
import { signupChoices } from '../../ui/signup-choices'
import { useSubmit } from '../../ui/use-submit'
import { SaveRow } from './save-row'

/** The site's name and who may join, for those who run it. */
export function SiteSettings() {
  const site = useSite()
  if (!site) return <div className="skeleton mt-4 h-40" aria-hidden />
  return <SiteForm site={site} />
}

function SiteForm({ site }: { readonly site: Site }) {
  const [name, setName] = useState(site.name)
  const [signup, setSignup] = useState(site.signup)
  const [saved, setSaved] = useState(false)
  const { busy, failure, run } = useSubmit()
  const changed = name.trim() !== site.name || signup !== site.signup

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setSaved(await run(async () => setSite(await api.updateSite({ name: name.trim(), signup }))))
  }

  return (
    <form className="flex flex-col gap-5" onSubmit={submit} noValidate>
      <p className="text-ink-2">{t('site.lead')}</p>
      <Field
        label={t('site.name')}
        error={failure?.fields.name}
        name="site-name"
        autoComplete="off"
        maxLength={60}
        value={name}
        onChange={(event) => {
          setSaved(false)
          setName(event.target.value)
        }}
      />
      <Choices
        legend={t('setup.whoMayJoin')}
        name="signup"
        choices={signupChoices()}
        value={signup}
        onChange={(next) => {
          setSaved(false)
          setSignup(next)
        }}
      />
      <FailureLine failure={failure} shown={['name']} />
      <SaveRow busy={busy} saved={saved} disabled={!changed || name.trim() === ''} />
    </form>
  )
}
