import type { KeyboardEvent, RefObject } from 'react'

/** Arrows walk over the messages, Escape returns to the composer. */
export function useRowKeys(scroller: RefObject<HTMLDivElement | null>) {
  return (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const current = document.activeElement?.closest<HTMLElement>('[data-message]') ?? null
    if (event.key === 'Escape') {
      document.querySelector<HTMLElement>('form textarea')?.focus()
      return
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || !current || !scroller.current) return
    event.preventDefault()
    const rows = [...scroller.current.querySelectorAll<HTMLElement>('[data-message]')]
    const next = rows[rows.indexOf(current) + step]
    if (next) focusRow(next)
    else if (step > 0) document.querySelector<HTMLElement>('form textarea')?.focus()
  }
}

function focusRow(row: HTMLElement): void {
  row.focus({ preventScroll: true })
  row.scrollIntoView({ block: 'nearest' })
}
