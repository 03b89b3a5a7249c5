import { Plus, Settings, SquarePen } from 'lucide-react'
import { useState } from 'react'
import { t } from '../../i18n/t'
import type { RoomRow } from '../../model/rooms'
import { api } from '../../realtime/client'
import { useMe, useRooms } from '../../realtime/hooks'
import { useUserSearch } from '../../realtime/people'
import { Avatar, RoomSign } from '../../ui/avatar'
import { Dialog } from '../../ui/dialog'
import { type Option, SearchList } from '../../ui/listbox'
import { closeOverlay, openOverlay } from '../../ui/overlays'
import { Person } from '../../ui/person'
import { navigate } from '../../ui/router'
import { toast } from '../../ui/toast'
import { explain } from '../../ui/use-submit'
import { rankRooms } from './rank'

const shownRooms = 12

/** Goes anywhere by a few letters. */
export function Switcher() {
  const [query, setQuery] = useState('')
  const rooms = rankRooms(useRooms(), query).slice(0, shownRooms)
  const people = usePeopleOptions(query, rooms)
  const options = [...rooms.map(roomOption), ...people, ...actionOptions(query)].map(withHeading)
  return (
    <Dialog title={t('switcher.title')} onClose={closeOverlay}>
      <SearchList
        label={t('switcher.title')}
        placeholder={t('switcher.placeholder')}
        query={query}
        onQuery={setQuery}
        options={options}
        empty={t('switcher.none', { query: query.trim() })}
        hideLabel
      />
    </Dialog>
  )
}

function go(path: string): void {
  closeOverlay()
  navigate(path)
}

function roomOption(row: RoomRow): Option {
  const picture = row.peer ? (
    <Avatar
      id={row.peer.id}
      name={row.title}
      src={row.peer.avatar}
      size={24}
      online={row.peerPresence?.online ?? false}
    />
  ) : (
    <RoomSign size={24} />
  )
  const content = (
    <>
      {picture}
      <bdi className={`name flex-1 ${row.unread > 0 ? 'font-semibold' : ''}`}>{row.title}</bdi>
      {row.unread > 0 && (
        <span className="text-small text-ink-2 tabular-nums" title={t('rail.unread', { count: row.unread })}>
          {row.unread}
        </span>
      )}
    </>
  )
  return { key: row.id, heading: t('switcher.rooms'), content, onPick: () => go(`/r/${row.id}`) }
}

function usePeopleOptions(query: string, rooms: readonly RoomRow[]): readonly Option[] {
  const me = useMe()
  const { people } = useUserSearch(query)
  const known = new Set(rooms.map((row) => row.peer?.id))
  const start = (userId: string) => {
    closeOverlay()
    api.startDirect(userId).then(
      (room) => navigate(`/r/${room.id}`),
      (error: unknown) => toast(explain(error).message),
    )
  }
  return people
    .filter((user) => user.id !== me?.id && !known.has(user.id))
    .map((user) => ({
      key: user.id,
      heading: t('switcher.people'),
      content: <Person user={user} />,
      onPick: () => start(user.id),
    }))
}

function actionOptions(query: string): readonly Option[] {
  const actions = [
    { key: 'newRoom', Icon: Plus, label: t('rail.newRoom'), onPick: () => openOverlay({ kind: 'createRoom' }) },
    {
      key: 'newDirect',
      Icon: SquarePen,
      label: t('rail.newDirect'),
      onPick: () => openOverlay({ kind: 'startDirect' }),
    },
    { key: 'settings', Icon: Settings, label: t('menu.settings'), onPick: () => go('/settings/profile') },
  ]
  const wanted = query.trim().toLocaleLowerCase()
  return actions
    .filter(({ label }) => label.toLocaleLowerCase().includes(wanted))
    .map(({ key, Icon, label, onPick }) => ({
      key,
      heading: t('switcher.actions'),
      content: (
        <>
          <span className="flex size-6 items-center justify-center text-ink-3">
            <Icon size={17} aria-hidden />
          </span>
          <span className="name flex-1">{label}</span>
        </>
      ),
      onPick,
    }))
}

/** A heading stands only above the first of its kind. */
function withHeading(option: Option, index: number, all: readonly Option[]): Option {
  return all[index - 1]?.heading === option.heading ? { ...option, heading: '' } : option
}
