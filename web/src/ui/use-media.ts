import { useCallback, useSyncExternalStore } from 'react'

/** Below: one pane at a time. Source: design, "Frame". */
export const phone = '(max-width: 639.98px)'
/** From here on the rail has its own column. */
export const desktop = '(min-width: 1024px)'

/** Whether a media query holds; renders again when that changes. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}
