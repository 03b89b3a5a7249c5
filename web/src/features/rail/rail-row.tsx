import { CircleAlert, PencilLine } from 'lucide-react'
import { memo } from 'react'
import { formatShort } from '../../i18n/format'
import { t } from '../../i18n/t'
import type { RoomRow } from '../../model/rooms'
import { useMe } from '../../realtime/hooks'
import { Avatar, RoomSign } from '../../ui/avatar'
import { Link } from '../../ui/link'
import { setRailOpen } from '../../ui/overlays'
import { previewOf } from '../../ui/plain'

type Props = { readonly row: RoomRow; readonly current: boolean }

/** One room. On phones a second line tells what was said last. */
export const RailRow = memo(function RailRow({ row, current }: Props) {
  const unread = row.unread > 0 && !current
  return (
    <Link
      href={`/r/${row.id}`}
      data-row
      aria-current={current ? 'page' : undefined}
      className={`group flex min-h-(--rail-row) items-center gap-2.5 rounded-field px-2 max-sm:min-h-16 max-sm:gap-3 ${current ? 'bg-selected text-ink' : 'text-ink-2 hover:bg-hover'}`}
      onClick={() => setRailOpen(false)}
    >
      <RowPicture row={row} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <bdi className={`name flex-1 ${unread ? 'font-semibold text-ink' : 'max-sm:font-medium max-sm:text-ink'}`}>
            {row.title}
          </bdi>
          <RowTime row={row} />
          {row.peerPresence?.online && <span className="sr-only">{t('rail.online')}</span>}
        </span>
        <RowPreview row={row} />
      </span>
      <RowMarks row={row} />
      {unread && (
        <span
          className={`min-w-5 flex-none rounded-full px-1.5 text-center text-small leading-5 font-semibold tabular-nums ${row.type === 'direct' ? 'bg-primary text-primary-content' : 'bg-unread text-ink'}`}
        >
          <span aria-hidden>{row.unread > 99 ? '99+' : row.unread}</span>
          <span className="sr-only">{t('rail.unread', { count: row.unread })}</span>
        </span>
      )}
    </Link>
  )
})

function RowPicture({ row }: { readonly row: RoomRow }) {
  const { peer } = row
  return (
    <>
      <span className="flex sm:hidden">{peer ? <PeerAvatar row={row} size={48} /> : <GroupTile />}</span>
      <span className="flex max-sm:hidden">{peer ? <PeerAvatar row={row} size={20} /> : <RoomSign size={20} />}</span>
    </>
  )
}

function PeerAvatar({ row, size }: { readonly row: RoomRow; readonly size: 20 | 48 }) {
  if (!row.peer) return null
  return (
    <Avatar
      id={row.peer.id}
      name={row.title}
      src={row.peer.avatar}
      size={size}
      online={row.peerPresence?.online ?? false}
    />
  )
}

function GroupTile() {
  return (
    <span className="flex size-12 items-center justify-center rounded-full bg-selected">
      <RoomSign size={28} />
    </span>
  )
}

function RowTime({ row }: { readonly row: RoomRow }) {
  if (!row.lastMessage) return null
  return (
    <time
      className="flex-none text-small text-ink-3 tabular-nums sm:hidden"
      dateTime={new Date(row.lastMessage.timestamp).toISOString()}
    >
      {formatShort(row.lastMessage.timestamp, Date.now())}
    </time>
  )
}

function RowPreview({ row }: { readonly row: RoomRow }) {
  const me = useMe()
  const last = row.lastMessage
  if (!last) return null
  const text = previewOf(last.content)
  const mine = last.sender.id === me?.id
  const shown = mine ? t('rail.you', { text }) : row.type === 'group' ? `${last.sender.displayName}: ${text}` : text
  return <bdi className="name block text-meta text-ink-3 sm:hidden">{shown}</bdi>
}

function RowMarks({ row }: { readonly row: RoomRow }) {
  if (row.failed > 0) {
    return (
      <span role="img" aria-label={t('rail.failed')} title={t('rail.failed')} className="flex-none text-error">
        <CircleAlert size={15} />
      </span>
    )
  }
  if (row.draft.trim() === '') return null
  return (
    <span role="img" aria-label={t('rail.draft')} title={t('rail.draft')} className="flex-none text-ink-3">
      <PencilLine size={14} />
    </span>
  )
}
