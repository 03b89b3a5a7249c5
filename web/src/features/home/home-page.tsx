import { Menu as MenuIcon, Settings } from 'lucide-react'
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
      {!wide && <HomeBar onPhone={onPhone} />}
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

/** Where the rail has no column: the way to it, or on phones, where there is nothing in it yet, to the settings. */
function HomeBar({ onPhone }: { readonly onPhone: boolean }) {
  const { label, Icon, act } = onPhone
    ? { label: t('menu.settings'), Icon: Settings, act: () => navigate('/settings/profile') }
    : { label: t('rail.open'), Icon: MenuIcon, act: () => setRailOpen(true) }
  return (
    <div className="flex h-[52px] flex-none items-center px-3">
      <IconButton label={label} className={onPhone ? 'ml-auto' : ''} onClick={act}>
        <Icon size={19} aria-hidden />
      </IconButton>
    </div>
  )
}
