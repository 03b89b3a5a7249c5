import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { formatDateTime } from '../../i18n/format'
import { t } from '../../i18n/t'
import type { Invite } from '../../protocol/generated'
import { api } from '../../realtime/client'
import { Button } from '../../ui/button'
import { copyText } from '../../ui/copy'
import { FailureLine } from '../../ui/failure-line'
import { Select } from '../../ui/select'
import { useSubmit } from '../../ui/use-submit'

const hour = 3600
const day = 24 * hour

/** Makes a link for whoever is not here yet, and copies it. */
export function InviteLink({ roomId }: { readonly roomId: string }) {
  const [expiresInSeconds, setExpires] = useState(day)
  const [maxUses, setMaxUses] = useState(10)
  const [invite, setInvite] = useState<Invite>()
  const { busy, failure, run } = useSubmit()

  const make = () =>
    run(async () => {
      setInvite(await api.createInvite(roomId, { expiresInSeconds, maxUses }))
    })

  return (
    <section className="flex flex-col gap-3">
      <div>
        <h3 className="text-[14px] leading-5 font-medium">{t('inviteDialog.link')}</h3>
        <p className="text-meta text-ink-3">{t('inviteDialog.linkBody')}</p>
      </div>
      {invite ? (
        <ReadyLink invite={invite} onAgain={() => setInvite(undefined)} />
      ) : (
        <div className="flex flex-wrap items-end gap-3">
          <Select
            label={t('inviteDialog.expires')}
            value={expiresInSeconds}
            options={expiryOptions()}
            onChange={setExpires}
          />
          <Select label={t('inviteDialog.uses')} value={maxUses} options={usesOptions()} onChange={setMaxUses} />
          <Button tone="primary" busy={busy} className="max-sm:w-full sm:ml-auto" onClick={make}>
            {t('inviteDialog.make')}
          </Button>
        </div>
      )}
      <FailureLine failure={failure} />
    </section>
  )
}

function expiryOptions() {
  return [
    { value: hour, label: t('inviteDialog.hour') },
    { value: day, label: t('inviteDialog.day') },
    { value: 7 * day, label: t('inviteDialog.week') },
    { value: 30 * day, label: t('inviteDialog.month') },
  ]
}

function usesOptions() {
  return [
    { value: 1, label: t('inviteDialog.once') },
    ...[10, 100, 1000].map((count) => ({ value: count, label: t('inviteDialog.times', { count }) })),
  ]
}

function ReadyLink({ invite, onAgain }: { readonly invite: Invite; readonly onAgain: () => void }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => setCopied(await copyText(invite.url))
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex gap-2">
        <input
          className="input min-w-0 flex-1 font-mono text-meta!"
          aria-label={t('inviteDialog.link')}
          readOnly
          value={invite.url}
          onFocus={(event) => event.target.select()}
        />
        <Button tone="primary" onClick={copy}>
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          <span aria-live="polite">{t(copied ? 'action.copied' : 'action.copy')}</span>
        </Button>
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-meta text-ink-3">
        {t('inviteDialog.ready', { count: invite.maxUses, when: formatDateTime(invite.expiresAt) })}
        <button type="button" className="text-button text-ink-2" onClick={onAgain}>
          {t('inviteDialog.makeAnother')}
        </button>
      </p>
    </div>
  )
}
