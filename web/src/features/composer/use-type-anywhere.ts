import { type RefObject, useEffect } from 'react'
import { useOverlay } from '../../ui/overlays'

/** With a real keyboard the composer has the focus when a room opens, and takes what is typed outside any field. */
export function useTypeAnywhere(field: RefObject<HTMLTextAreaElement | null>, roomId: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another room is another place to write.
  useEffect(() => {
    // On a touch screen the focus would open the keyboard over the messages.
    if (!hasKeyboard()) return
    if (isFree(document.activeElement)) field.current?.focus()
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.key === ' ') return
      if (isFree(event.target)) field.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [field, roomId])

  // A window that closed because something was picked in it leaves the focus nowhere.
  const overlay = useOverlay()
  useEffect(() => {
    if (overlay === null && document.activeElement === document.body && hasKeyboard()) field.current?.focus()
  }, [field, overlay])
}

function hasKeyboard(): boolean {
  return matchMedia('(pointer: fine)').matches
}

/** Whether nothing there waits for keys: no field, no window, no menu. */
function isFree(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return true
  if (target.isContentEditable) return false
  return target.closest('input, textarea, select, [role="dialog"], [role="alertdialog"], [role="menu"]') === null
}
