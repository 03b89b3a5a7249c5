import { CircleAlert, Clock3 } from 'lucide-react'
import { formatExact, formatTime } from '../../i18n/format'
import { t } from '../../i18n/t'
import type { OutboxEntry } from '../../model/outbox'
import { client } from '../../realtime/client'
import { useMe } from '../../realtime/hooks'
import { Avatar } from '../../ui/avatar'
import { RichText } from '../../ui/rich-text'

type Props = { readonly entry: OutboxEntry; readonly first: boolean }

/** One of one's own messages on its way: it looks as it will, with a clock, or with what went wrong. */
export function OutgoingRow({ entry, first }: Props) {
  const me = useMe()
  const { state, createdAt } = entry
  const failed = state.kind === 'failed'
  return (
    <article
      data-message={entry.clientMessageId}
      tabIndex={-1}
      aria-label={`${me?.displayName ?? ''}, ${formatTime(createdAt)}`}
      className={`message-row group ${first ? 'message-first' : ''}`}
    >
      <div className="message-gutter">
        {first && me && <Avatar id={me.id} name={me.displayName} src={me.avatar} size={36} />}
      </div>
      <div className="message-body">
        {first && (
          <div className="flex items-baseline gap-2">
            <bdi className="name font-semibold">{me?.displayName}</bdi>
            <time
              dateTime={new Date(createdAt).toISOString()}
              title={formatExact(createdAt)}
              className="flex-none text-small text-ink-3 tabular-nums"
            >
              {formatTime(createdAt)}
            </time>
          </div>
        )}
        <div className={failed ? '' : 'text-ink-2'}>
          <RichText source={entry.content} />
        </div>
        {state.kind === 'failed' && <FailedLine id={entry.clientMessageId} reason={state.refusal.message} />}
      </div>
      <div className="message-state">{!failed && <WaitingMark sending={state.kind === 'sending'} />}</div>
    </article>
  )
}

function WaitingMark({ sending }: { readonly sending: boolean }) {
  const label = t(sending ? 'message.sending' : 'message.pending')
  return (
    <span role="img" aria-label={label} title={label} className="text-ink-3">
      <Clock3 size={13} aria-hidden />
    </span>
  )
}

function FailedLine({ id, reason }: { readonly id: string; readonly reason: string }) {
  return (
    <div role="alert" className="mt-0.5 flex flex-wrap items-center gap-x-2 text-meta text-error">
      <CircleAlert size={15} aria-hidden />
      <span title={reason}>{t('message.failed')}</span>
      <button type="button" className="text-button" onClick={() => client.retry(id)}>
        {t('action.retry')}
      </button>
      <button type="button" className="text-button" onClick={() => client.discard(id)}>
        {t('action.discard')}
      </button>
    </div>
  )
}
