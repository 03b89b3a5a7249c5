import { PanelLeftClose, Search, SquarePen, X } from 'lucide-react'
import { t } from '../../i18n/t'
import { useSite } from '../../realtime/site'
import { setAppearance } from '../../ui/appearance'
import { IconButton } from '../../ui/button'
import { openOverlay, setRailOpen } from '../../ui/overlays'
import { desktop, phone, useMedia } from '../../ui/use-media'

/** The site's name, the way to a new message, and the switcher. */
export function RailHeader() {
  const site = useSite()
  // Where the rail is the whole page its name is the page's heading.
  const Name = useMedia(phone) ? 'h1' : 'p'
  return (
    <header className="flex-none px-2 pb-1">
      <div className="flex h-[52px] items-center gap-0.5 pl-2">
        <img src="/icon.svg" alt="" width={22} height={22} className="mr-2 flex-none" />
        <Name className="name flex-1 font-semibold">{site?.name ?? t('app.name')}</Name>
        <IconButton label={t('rail.newDirect')} onClick={() => openOverlay({ kind: 'startDirect' })}>
          <SquarePen size={18} aria-hidden />
        </IconButton>
        <FoldButton />
      </div>
      <button
        type="button"
        className="flex min-h-8 w-full items-center gap-2.5 rounded-field border border-line bg-raised px-2 text-left text-[14px] text-ink-3 hover:border-line-strong pointer-coarse:min-h-11"
        onClick={() => openOverlay({ kind: 'switcher' })}
      >
        <Search size={16} aria-hidden />
        <span className="flex-1">{t('rail.search')}</span>
        <kbd className="kbd pointer-coarse:hidden">{shortcut('K')}</kbd>
      </button>
    </header>
  )
}

function FoldButton() {
  const onPhone = useMedia(phone)
  const wide = useMedia(desktop)
  if (onPhone) return null
  if (!wide) {
    return (
      <IconButton label={t('rail.close')} onClick={() => setRailOpen(false)}>
        <X size={18} aria-hidden />
      </IconButton>
    )
  }
  return (
    <IconButton label={t('rail.collapse')} onClick={() => setAppearance({ railHidden: true })}>
      <PanelLeftClose size={18} aria-hidden />
    </IconButton>
  )
}

/** A shortcut as the keyboard at hand writes it. */
function shortcut(key: string): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? `⌘${key}` : `Ctrl ${key}`
}
