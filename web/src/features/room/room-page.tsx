import { type ReactNode, useEffect } from 'react'
import { t } from '../../i18n/t'
import { useRoom } from '../../realtime/hooks'
import type { RoomView } from '../../realtime/views'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { navigate } from '../../ui/router'
import { RoomHeader, RoomHeaderSkeleton } from './room-header'

type Props = {
  readonly roomId: string
  readonly timeline: ReactNode
  readonly composer: ReactNode
}

/** A room: its header, what was said, and where to say something. */
export function RoomPage({ roomId, timeline, composer }: Props) {
  const view = useRoom(roomId)
  useTitle(view)
  if (view.status === 'missing') {
    return (
      <Empty title={t('room.missingTitle')} body={t('room.missingBody')}>
        <Button tone="primary" onClick={() => navigate('/', 'replace')}>
          {t('notFound.home')}
        </Button>
      </Empty>
    )
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {view.status === 'loading' ? <RoomHeaderSkeleton /> : <RoomHeader view={view} />}
      {timeline}
      {composer}
    </div>
  )
}

/** The tab says where one is and whether something is unread there. */
function useTitle(view: RoomView): void {
  const title = 'title' in view ? view.title : undefined
  useEffect(() => {
    if (title === undefined) return
    document.title = `${title} · ${t('app.name')}`
    return () => {
      document.title = t('app.name')
    }
  }, [title])
}
