import type { ReactNode } from 'react'
import { t } from '../../i18n/t'
import { useAppearance } from '../../ui/appearance'
import { Boundary } from '../../ui/boundary'
import { useRailOpen } from '../../ui/overlays'
import { desktop, phone, useMedia } from '../../ui/use-media'
import { ConnectionLine } from './connection-line'
import { RailDrawer } from './rail-drawer'
import { RailResizer } from './rail-resizer'
import { useShortcuts } from './use-shortcuts'
import { useViewportHeight } from './use-viewport-height'

type Props = {
  readonly rail: ReactNode
  readonly children: ReactNode
  readonly panel: ReactNode
  /** Nothing is open: phones show the rail instead of the page. */
  readonly atHome: boolean
  /** What is open; a crash of one page does not outlive it. */
  readonly of: string
}

/** Rail, page and side panel, side by side where there is room, one at a time where there is not. */
export function Shell({ rail, children, panel, atHome, of }: Props) {
  useViewportHeight()
  useShortcuts()
  const onPhone = useMedia(phone)
  const wide = useMedia(desktop)
  const [railOpen, setRailOpen] = useRailOpen()
  const railHidden = useAppearance((appearance) => appearance.railHidden)
  const guardedRail = <Boundary>{rail}</Boundary>
  const showPage = !onPhone || !atHome

  return (
    <div className="flex h-(--app-height,100dvh) flex-col overflow-hidden bg-surface">
      <ConnectionLine />
      <div className="relative flex min-h-0 flex-1">
        {onPhone && atHome && <main className="min-w-0 flex-1 bg-sunken">{guardedRail}</main>}
        {wide && !railHidden && <RailColumn>{guardedRail}</RailColumn>}
        {!onPhone && !wide && (
          <RailDrawer open={railOpen} onClose={() => setRailOpen(false)}>
            {guardedRail}
          </RailDrawer>
        )}
        {showPage && (
          <main className="flex min-w-0 flex-1 flex-col" aria-label={t('app.name')}>
            <Boundary of={of}>{children}</Boundary>
          </main>
        )}
        {panel && showPage && (
          <div className="absolute inset-0 z-20 flex flex-none flex-col bg-surface sm:right-0 sm:left-auto sm:w-[360px] sm:border-l sm:border-line sm:shadow-lift xl:static xl:shadow-none">
            <Boundary of={of}>{panel}</Boundary>
          </div>
        )}
      </div>
    </div>
  )
}

function RailColumn({ children }: { readonly children: ReactNode }) {
  const width = useAppearance((appearance) => appearance.railWidth)
  return (
    <aside
      aria-label={t('rail.column')}
      className="relative flex flex-none flex-col border-r border-line bg-sunken"
      style={{ width }}
    >
      {children}
      <RailResizer />
    </aside>
  )
}
