import { LogOut, Palette, Settings, UserRound } from 'lucide-react'
import { t } from '../../i18n/t'
import { useConnection, useMe } from '../../realtime/hooks'
import { Avatar } from '../../ui/avatar'
import { Menu, type MenuEntry } from '../../ui/menu'
import { openOverlay, setRailOpen } from '../../ui/overlays'
import { navigate } from '../../ui/router'

/** Who one is here, and what concerns only oneself. */
export function RailAccount() {
  const me = useMe()
  const { kind } = useConnection()
  if (!me) return null
  const go = (section: string) => () => {
    setRailOpen(false)
    navigate(`/settings/${section}`)
  }
  const entries: readonly MenuEntry[] = [
    { label: t('menu.profile'), icon: <UserRound size={16} />, onSelect: go('profile') },
    { label: t('menu.appearance'), icon: <Palette size={16} />, onSelect: go('appearance') },
    { label: t('menu.settings'), icon: <Settings size={16} />, onSelect: go('sessions') },
    'line',
    { label: t('menu.logOut'), icon: <LogOut size={16} />, onSelect: () => openOverlay({ kind: 'logOut' }) },
  ]
  const trigger = (
    <button
      type="button"
      className="flex min-h-12 w-full items-center gap-2.5 rounded-field px-2 text-left hover:bg-hover data-popup-open:bg-hover"
    >
      <span className="sr-only">{t('rail.account')}</span>
      <Avatar id={me.id} name={me.displayName} src={me.avatar} size={28} online={kind === 'live'} />
      <span className="min-w-0 flex-1">
        <bdi className="name block text-[14px] leading-[18px] font-medium">{me.displayName}</bdi>
        <span className="name block text-small text-ink-3">@{me.username}</span>
      </span>
      <Settings size={17} className="mr-1 text-ink-3" aria-hidden />
    </button>
  )
  return (
    <footer className="flex-none border-t border-line p-1.5 pb-[max(6px,env(safe-area-inset-bottom))]">
      <Menu trigger={trigger} entries={entries} side="top" align="start" />
    </footer>
  )
}
