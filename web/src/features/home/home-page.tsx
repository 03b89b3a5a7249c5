import { Menu as MenuIcon } from 'lucide-react'
import { useEffect } from 'react'
import { t } from '../../i18n/t'
import { useMe, useRooms, useRoomsKnown } from '../../realtime/hooks'
import { Button, IconButton } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { lastRoom } from '../../ui/last-room'
import { openOverlay, setRailOpen } from '../../ui/overlays'
import { navigate, usePlace } from '../../ui/router'
import { desktop, phone, useMedia } from '../../ui/use-media'
import { OwnerSteps } from './owner-steps'

/** Where one is before a room is picked: the room one was in last, or the first steps. */
export function HomePage() {
  const rooms = useRooms()
  const known = useRoomsKnown()
  const me = useMe()
  const onPhone = useMedia(phone)
  const wide = useMedia(desktop)
  // A phone's home is the list, except right after signing up: then one lands in a room.
  const entering = new URLSearchParams(usePlace().search).has('enter')
  const goal = rooms.find((row) => row.id === lastRoom()) ?? rooms[0]
  useEffect(() => {
    if (goal && (!onPhone || entering)) navigate(`/r/${goal.id}`, 'replace')
  }, [goal, onPhone, entering])

  if (!known || goal || !me) return <div className="flex-1" />
  return (
    <>
      {!wide && !onPhone && (
        <div className="flex h-[52px] flex-none items-center px-3">
          <IconButton label={t('rail.open')} onClick={() => setRailOpen(true)}>
            <MenuIcon size={19} aria-hidden />
          </IconButton>
        </div>
      )}
      {me.role === 'owner' ? (
        <OwnerSteps />
      ) : (
        <Empty title={t('home.newTitle', { name: me.displayName })} body={t('home.newBody')}>
          <Button tone="primary" onClick={() => openOverlay({ kind: 'createRoom' })}>
            {t('home.makeRoom')}
          </Button>
          <Button onClick={() => openOverlay({ kind: 'startDirect' })}>{t('home.writeSomeone')}</Button>
        </Empty>
      )}
    </>
  )
}
