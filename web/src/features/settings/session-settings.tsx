import { useState } from 'react'
import { formatAgo, formatDate } from '../../i18n/format'
import { t } from '../../i18n/t'
import type { LoginSession } from '../../protocol/generated'
import { api, session } from '../../realtime/client'
import { Button } from '../../ui/button'
import { Confirm } from '../../ui/dialog'
import { toast } from '../../ui/toast'
import { explain, useSubmit } from '../../ui/use-submit'
import { useLoginSessions } from './use-login-sessions'

/** Where one is logged in, and the end of it. */
export function SessionSettings() {
  const { state, reload, forget } = useLoginSessions()
  const [asking, setAsking] = useState(false)

  if (state.kind === 'failed') {
    return (
      <div role="alert" className="mt-3 flex items-center gap-3 text-ink-2">
        {t('error.load')}
        <Button onClick={reload}>{t('action.tryAgain')}</Button>
      </div>
    )
  }
  if (state.kind === 'loading') return <div className="skeleton mt-4 h-40" aria-hidden />

  const end = (id: string) => api.endLoginSession(id).then(() => forget(id), tell)
  const endOthers = () =>
    api.endLoginSessions({ keepCurrent: true }).then(() => {
      toast(t('sessions.ended'))
      reload()
    }, tell)
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ink-2">{t('sessions.lead')}</p>
      <ul className="divide-y divide-line overflow-hidden rounded-box border border-line bg-raised">
        {state.sessions.map((one) => (
          <SessionRow key={one.id} session={one} onEnd={() => end(one.id)} />
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        {state.sessions.length > 1 && <Button onClick={endOthers}>{t('sessions.endOthers')}</Button>}
        <Button tone="quiet" onClick={() => setAsking(true)}>
          {t('sessions.endAll')}
        </Button>
      </div>
      {asking && <EndAll onClose={() => setAsking(false)} />}
    </div>
  )
}

function tell(error: unknown): void {
  toast(explain(error).message)
}

function SessionRow({ session: one, onEnd }: { readonly session: LoginSession; readonly onEnd: () => void }) {
  const now = Date.now()
  const device = one.device || t('sessions.unknown')
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="name text-[14px] font-medium">{device}</p>
        <p className="text-meta text-ink-3">
          {one.current ? (
            <span className="font-medium text-success">{t('sessions.current')}</span>
          ) : (
            t('sessions.lastUsed', { when: formatAgo(one.lastUsedAt, now) })
          )}
          {' · '}
          {t('sessions.since', { date: formatDate(one.createdAt) })}
        </p>
      </div>
      {!one.current && (
        <Button aria-label={t('sessions.endNamed', { device })} onClick={onEnd}>
          {t('sessions.end')}
        </Button>
      )}
    </li>
  )
}

function EndAll({ onClose }: { readonly onClose: () => void }) {
  const { busy, failure, run } = useSubmit()
  const endAll = () =>
    run(async () => {
      await api.endLoginSessions({ keepCurrent: false })
      session.end()
    })
  return (
    <Confirm
      title={t('sessions.endAllTitle')}
      body={t('sessions.endAllBody')}
      confirm={t('sessions.endAll')}
      busy={busy}
      error={failure?.message}
      onConfirm={endAll}
      onClose={onClose}
    />
  )
}
