import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react'

/** One action of a menu, or a line between groups of them. */
export type MenuEntry =
  | {
      readonly label: string
      readonly icon?: ReactNode
      readonly danger?: boolean
      readonly disabled?: boolean
      readonly onSelect: () => void
    }
  | 'line'

/** The props that a trigger must hand on to its button. */
type TriggerProps = {
  readonly onClick?: () => void
  readonly onPointerEnter?: () => void
  readonly onFocus?: () => void
  readonly 'aria-haspopup'?: 'menu'
  readonly 'aria-expanded'?: boolean
}

export type MenuProps = {
  /** The button that opens it. */
  readonly trigger: ReactElement<TriggerProps>
  readonly entries: readonly MenuEntry[]
  readonly side?: 'top' | 'bottom'
  readonly align?: 'start' | 'end'
}

const load = () => import('./menu-popup')
const MenuPopup = lazy(() => load().then((all) => ({ default: all.MenuPopup })))

/**
 * A menu of actions at its button; arrows, letters and Escape work as in any menu.
 *
 * What draws it is loaded when the pointer or the focus comes near, so that it weighs nothing before the first room shows.
 */
export function Menu(props: MenuProps) {
  const [used, setUsed] = useState(false)
  const closed = cloneElement(props.trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => setUsed(true),
    onPointerEnter: load,
    onFocus: load,
  })
  if (!used) return closed
  return (
    <Suspense fallback={closed}>
      <MenuPopup {...props} />
    </Suspense>
  )
}
