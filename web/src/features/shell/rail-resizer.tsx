import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { t } from '../../i18n/t'
import { clampRail, setAppearance, useAppearance } from '../../ui/appearance'

const stepPx = 16

/** The rail's right edge: drag it, or move it with the arrow keys. */
export function RailResizer() {
  const width = useAppearance((appearance) => appearance.railWidth)
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null)

  const grab = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, width }
  }
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (start.current) setAppearance({ railWidth: clampRail(start.current.width + event.clientX - start.current.x) })
  }
  const release = () => {
    start.current = null
  }
  const nudge = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowLeft' ? -stepPx : event.key === 'ArrowRight' ? stepPx : 0
    if (by === 0) return
    event.preventDefault()
    setAppearance({ railWidth: clampRail(width + by) })
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be dragged.
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t('rail.resize')}
      aria-valuenow={width}
      aria-valuemin={clampRail(0)}
      aria-valuemax={clampRail(Number.POSITIVE_INFINITY)}
      tabIndex={0}
      className="absolute inset-y-0 -right-1 z-10 w-2 cursor-col-resize touch-none transition-colors duration-100 hover:bg-primary/25 focus-visible:bg-primary/40 focus-visible:outline-none"
      onPointerDown={grab}
      onPointerMove={drag}
      onPointerUp={release}
      onPointerCancel={release}
      onKeyDown={nudge}
    />
  )
}
