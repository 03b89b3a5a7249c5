import { UserPlus } from 'lucide-react'
import { formatDate } from '../../i18n/format'
import { t } from '../../i18n/t'
import type { RoomView, TimelineView } from '../../realtime/views'
import { Avatar, RoomSign } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { openOverlay } from '../../ui/overlays'
import { MessageSkeletons } from './timeline-skeleton'

type Props = { readonly room: RoomView; readonly view: TimelineView }

/** What stands above the oldest message that is loaded: the way to older ones, or where the room begins. */
export function TimelineTop({ room, view }: Props) {
  if (view.failed && view.hasBefore) {
    return (
      <div role="alert" className="flex items-center justify-center gap-3 p-4 text-meta text-ink-2">
        {t('timeline.loadFailed')}
        <Button onClick={view.loadBefore}>{t('action.retry')}</Button>
      </div>
    )
  }
  if (view.hasBefore) {
    return (
      <div className="h-44 overflow-hidden">
        <span className="sr-only">{t('timeline.older')}</span>
        <MessageSkeletons count={3} />
      </div>
    )
  }
  if (!('room' in room)) return <div className="h-4" />
  return <Beginning room={room} />
}

function Beginning({ room }: { readonly room: Extract<RoomView, { status: 'ready' | 'stale' }> }) {
  const { peer } = room
  return (
    <header className="px-5 pt-10 pb-2 max-sm:px-4">
      {peer ? (
        <Avatar id={peer.id} name={peer.displayName} src={peer.avatar} size={48} />
      ) : (
        <span className="flex size-12 items-center justify-center rounded-box bg-selected">
          <RoomSign size={28} />
        </span>
      )}
      <h2 className="mt-3 text-title font-semibold [overflow-wrap:anywhere]">
        {peer
          ? t('timeline.beginningDirect', { name: peer.displayName })
          : t('timeline.beginning', { room: room.title })}
      </h2>
      <p className="text-meta text-ink-3 [overflow-wrap:anywhere]">
        {room.room.topic || t('room.created', { date: formatDate(room.room.createdAt) })}
      </p>
      {!peer && room.members.length === 1 && (
        <div className="mt-4 flex flex-wrap items-center gap-3">
          <Button tone="primary" onClick={() => openOverlay({ kind: 'invite', roomId: room.room.id })}>
            <UserPlus size={16} aria-hidden />
            {t('room.invite')}
          </Button>
          <span className="text-meta text-ink-3">{t('timeline.alone')}</span>
        </div>
      )}
    </header>
  )
}
