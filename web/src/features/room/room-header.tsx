import {
  ArrowLeft,
  Ellipsis,
  LogOut,
  Menu as MenuIcon,
  PanelLeftOpen,
  Pencil,
  UserPlus,
  UsersRound,
} from 'lucide-react'
import { formatAgo } from '../../i18n/format'
import { t } from '../../i18n/t'
import { usePresence, useRooms } from '../../realtime/hooks'
import type { RoomView } from '../../realtime/views'
import { setAppearance, useAppearance } from '../../ui/appearance'
import { Avatar, RoomSign } from '../../ui/avatar'
import { IconButton } from '../../ui/button'
import { Menu, type MenuEntry } from '../../ui/menu'
import { openOverlay, setRailOpen } from '../../ui/overlays'
import { navigate, useQuery } from '../../ui/router'
import { desktop, phone, useMedia } from '../../ui/use-media'
import { mayEdit } from './may'

type Shown = Extract<RoomView, { status: 'ready' | 'stale' }>

/** Name, topic, people, and what one can do with the room. */
export function RoomHeader({ view }: { readonly view: Shown }) {
  const [panel, setPanel] = useQuery('panel')
  const direct = view.room.type === 'direct'
  const count = view.members.length
  return (
    <header className="flex h-[52px] flex-none items-center gap-2 border-b border-line px-3 max-sm:px-1">
      <RailButton roomId={view.room.id} />
      {view.peer ? (
        <Avatar id={view.peer.id} name={view.title} src={view.peer.avatar} size={28} />
      ) : (
        <span className="flex max-sm:hidden">
          <RoomSign size={24} />
        </span>
      )}
      <div className="flex min-w-0 flex-1 flex-col">
        <h1 className="name leading-5 font-semibold">{view.title}</h1>
        <Subtitle view={view} />
      </div>
      {!direct && (
        <button
          type="button"
          aria-pressed={panel === 'members'}
          aria-label={t('room.membersCount', { count })}
          title={t('room.members')}
          className="icon-button w-auto! gap-1.5 px-2 text-meta tabular-nums"
          onClick={() => setPanel(panel === 'members' ? null : 'members')}
        >
          <UsersRound size={17} aria-hidden />
          <span aria-hidden>{count}</span>
        </button>
      )}
      {!direct && <RoomMenu view={view} />}
    </header>
  )
}

function Subtitle({ view }: { readonly view: Shown }) {
  const presence = usePresence(view.peer?.id)
  if (view.peer) {
    const text = presence?.online
      ? t('presence.online')
      : presence?.lastSeen
        ? t('presence.lastSeen', { when: formatAgo(presence.lastSeen, Date.now()) })
        : `@${view.peer.username}`
    return <p className={`name text-small ${presence?.online ? 'text-success' : 'text-ink-3'}`}>{text}</p>
  }
  if (view.room.topic === '') return null
  return (
    <p className="name text-small text-ink-3" title={view.room.topic}>
      {view.room.topic}
    </p>
  )
}

function RoomMenu({ view }: { readonly view: Shown }) {
  const roomId = view.room.id
  const open = (kind: 'invite' | 'editRoom' | 'leaveRoom') => () => openOverlay({ kind, roomId })
  const edit: MenuEntry = { label: t('room.edit'), icon: <Pencil size={16} />, onSelect: open('editRoom') }
  const entries: readonly MenuEntry[] = [
    { label: t('room.invite'), icon: <UserPlus size={16} />, onSelect: open('invite') },
    ...(mayEdit(view.role) ? [edit] : []),
    'line',
    { label: t('room.leave'), icon: <LogOut size={16} />, danger: true, onSelect: open('leaveRoom') },
  ]
  const trigger = (
    <IconButton label={t('room.more')}>
      <Ellipsis size={18} aria-hidden />
    </IconButton>
  )
  return <Menu trigger={trigger} entries={entries} />
}

/** The way to the rail: back on phones, a drawer on tablets, unfolding on desktops. */
function RailButton({ roomId }: { readonly roomId: string }) {
  const onPhone = useMedia(phone)
  const wide = useMedia(desktop)
  const hidden = useAppearance((appearance) => appearance.railHidden)
  const elsewhere = useUnreadElsewhere(roomId)
  if (wide && !hidden) return null
  const { label, Icon, act } = onPhone
    ? { label: t('action.back'), Icon: ArrowLeft, act: () => navigate('/') }
    : wide
      ? { label: t('rail.expand'), Icon: PanelLeftOpen, act: () => setAppearance({ railHidden: false }) }
      : { label: t('rail.open'), Icon: MenuIcon, act: () => setRailOpen(true) }
  const name = elsewhere > 0 ? `${label}. ${t('rail.unreadElsewhere', { count: elsewhere })}` : label
  return (
    <IconButton label={name} className="relative" onClick={act}>
      <Icon size={19} aria-hidden />
      {elsewhere > 0 && (
        <span
          aria-hidden
          className="absolute top-1 right-1 size-2 rounded-full bg-primary ring-2 ring-surface pointer-coarse:top-2 pointer-coarse:right-2"
        />
      )}
    </IconButton>
  )
}

function useUnreadElsewhere(roomId: string): number {
  return useRooms().reduce((sum, row) => (row.id === roomId ? sum : sum + row.unread), 0)
}

/** The header's shape while the room is on its way. */
export function RoomHeaderSkeleton() {
  return (
    <header className="flex h-[52px] flex-none items-center gap-3 border-b border-line px-4" aria-hidden>
      <span className="skeleton size-6" />
      <span className="skeleton h-4 w-36" />
    </header>
  )
}
