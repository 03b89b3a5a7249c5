import { kept } from '../lib/kept'

/** The room that was open last in this tab's browser. */
export function lastRoom(): string | null {
  try {
    return localStorage.getItem(kept.lastRoom)
  } catch {
    return null
  }
}

/** Remembers the room that is open, so that the next visit begins there. */
export function rememberRoom(roomId: string): void {
  try {
    localStorage.setItem(kept.lastRoom, roomId)
  } catch {
    // Then the next visit begins at the first room.
  }
}
