import { type KeyboardEvent, useMemo } from 'react'
import { t } from '../../i18n/t'
import type { RoomRow } from '../../model/rooms'
import { useRooms, useRoomsKnown } from '../../realtime/hooks'
import { openOverlay } from '../../ui/overlays'
import { match, usePlace } from '../../ui/router'
import { RailAccount } from './rail-account'
import { RailHeader } from './rail-header'
import { RailRow } from './rail-row'
import { RailSection } from './rail-section'

/** The list of everything one can open. */
export function Rail() {
  const rooms = useRooms()
  const known = useRoomsKnown()
  const current = match('/r/:room/:seq?', usePlace().path)?.room
  const { direct, group } = useMemo(() => splitRooms(rooms), [rooms])

  return (
    <nav aria-label={t('rail.label')} className="flex h-full min-h-0 flex-col [--behind:var(--color-base-200)]">
      <RailHeader />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the links inside. */}
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3" onKeyDown={moveFocus}>
        <RailSection
          id="rooms"
          title={t('rail.rooms')}
          add={t('rail.newRoom')}
          onAdd={() => openOverlay({ kind: 'createRoom' })}
          hidden={group}
          empty={t('rail.empty')}
          loading={!known && rooms.length === 0}
        >
          {group.map((row) => (
            <RailRow key={row.id} row={row} current={row.id === current} />
          ))}
        </RailSection>
        <RailSection
          id="direct"
          title={t('rail.direct')}
          add={t('rail.newDirect')}
          onAdd={() => openOverlay({ kind: 'startDirect' })}
          hidden={direct}
          empty={t('rail.noDirect')}
          loading={!known && rooms.length === 0}
        >
          {direct.map((row) => (
            <RailRow key={row.id} row={row} current={row.id === current} />
          ))}
        </RailSection>
      </div>
      <RailAccount />
    </nav>
  )
}

function splitRooms(rooms: readonly RoomRow[]) {
  return {
    direct: rooms.filter((row) => row.type === 'direct'),
    group: rooms.filter((row) => row.type === 'group'),
  }
}

/** Up and down walk over the rows, as in any list. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('a[data-row]')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = rows[at + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}
