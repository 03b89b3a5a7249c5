import { create } from 'zustand'

/** Every window that can lie over the page. The route table knows which feature draws it. */
export type Overlay =
  | { readonly kind: 'createRoom' }
  | { readonly kind: 'startDirect' }
  | { readonly kind: 'switcher' }
  | { readonly kind: 'invite'; readonly roomId: string }
  | { readonly kind: 'editRoom'; readonly roomId: string }
  | { readonly kind: 'leaveRoom'; readonly roomId: string }
  | { readonly kind: 'logOut' }

type State = { readonly overlay: Overlay | null; readonly railOpen: boolean }

const useOverlays = create<State>(() => ({ overlay: null, railOpen: false }))

/** The window that is open now. */
export function useOverlay(): Overlay | null {
  return useOverlays((state) => state.overlay)
}

/** Opens a window in place of the one that is open. */
export function openOverlay(overlay: Overlay): void {
  useOverlays.setState({ overlay, railOpen: false })
}

/** Closes whatever window is open. */
export function closeOverlay(): void {
  useOverlays.setState({ overlay: null })
}

/** Whether the rail lies over the page, where it has no place beside it. */
export function useRailOpen(): [boolean, (open: boolean) => void] {
  return [useOverlays((state) => state.railOpen), setRailOpen]
}

/** Slides the rail in or out, where it has no place beside the page. */
export function setRailOpen(railOpen: boolean): void {
  useOverlays.setState({ railOpen })
}
