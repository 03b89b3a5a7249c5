import { useEffect } from 'react'
import { setAppearance, useAppearance } from '../../ui/appearance'
import { openOverlay } from '../../ui/overlays'

/** Keys that work everywhere: Ctrl/⌘-K jumps, Ctrl/⌘-Shift-K writes to someone, Ctrl/⌘-\ folds the rail. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return
      const key = event.key.toLowerCase()
      if (key === 'k') openOverlay({ kind: event.shiftKey ? 'startDirect' : 'switcher' })
      else if (key === '\\') setAppearance({ railHidden: !useAppearance.getState().railHidden })
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
