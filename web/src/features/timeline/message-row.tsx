import { Check } from 'lucide-react'
import { formatExact, formatTime } from '../../i18n/format'
import { t } from '../../i18n/t'
import type { Message } from '../../protocol/generated'
import { Avatar } from '../../ui/avatar'
import { RichText } from '../../ui/rich-text'
import { MessageTools } from './message-tools'

type Props = {
  readonly message: Message
  readonly first: boolean
  /** What is shown of its delivery: one's newest message always tells, one's others when pointed at. */
  readonly delivery: 'none' | 'onDemand' | 'always'
  /** The one that was jumped to. */
  readonly focused: boolean
}

/** One message that is in the room. */
export function MessageRow({ message, first, delivery, focused }: Props) {
  const { sender, timestamp } = message
  return (
    <article
      data-message={message.seq}
      tabIndex={-1}
      aria-label={`${sender.displayName}, ${formatTime(timestamp)}`}
      className={`message-row group ${first ? 'message-first' : ''} ${focused ? 'message-target' : ''}`}
    >
      <div className="message-gutter">
        {first ? (
          <Avatar id={sender.id} name={sender.displayName} src={sender.avatar} size={36} />
        ) : (
          <MessageTime at={timestamp} className="message-hover-time" />
        )}
      </div>
      <div className="message-body">
        {first && (
          <div className="flex items-baseline gap-2">
            <bdi className="name font-semibold" title={`@${sender.username}`}>
              {sender.displayName}
            </bdi>
            <MessageTime at={timestamp} className="flex-none text-small text-ink-3 tabular-nums" />
          </div>
        )}
        <RichText source={message.content} />
      </div>
      <div className="message-state">
        {delivery !== 'none' && (
          <span
            role="img"
            aria-label={t('message.sent')}
            title={t('message.sent')}
            className="message-check"
            data-shown={delivery === 'always' || undefined}
          >
            <Check size={14} aria-hidden />
          </span>
        )}
      </div>
      <MessageTools message={message} />
    </article>
  )
}

function MessageTime({ at, className }: { readonly at: number; readonly className: string }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)} className={className}>
      {formatTime(at)}
    </time>
  )
}
