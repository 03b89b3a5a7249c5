import type { ClientMessageId, RoomId, Seq } from '../protocol/generated'

/**
 * What a person does in rooms, beyond plain requests. None of these throws or waits for the server:
 * the store shows the outcome at once and what follows from it later.
 */
export type ChatActions = {
  /** Loads a room from the local copy, then from the server, and keeps it up to date. */
  readonly openRoom: (roomId: RoomId) => void
  /** Shows the message at once and sends it when possible. Returns its key; undefined when nothing is left to send. */
  readonly sendMessage: (roomId: RoomId, text: string) => ClientMessageId | undefined
  /** Sends a failed message again. */
  readonly retry: (id: ClientMessageId) => void
  /** Forgets a failed or waiting message. */
  readonly discard: (id: ClientMessageId) => void
  /** A key was pressed in the composer. */
  readonly typing: (roomId: RoomId) => void
  /** The composer was emptied or left. */
  readonly stopTyping: (roomId: RoomId) => void
  /** Everything up to `seq` was seen: call while the room is visible and at its end. */
  readonly markRead: (roomId: RoomId, seq: Seq) => void
  /** Keeps what stands in the composer, on this device. */
  readonly setDraft: (roomId: RoomId, text: string) => void
  /** Tries to connect now instead of at `retryAt`. */
  readonly reconnectNow: () => void
  readonly loadBefore: (roomId: RoomId) => void
  readonly loadAfter: (roomId: RoomId) => void
  readonly jumpTo: (roomId: RoomId, seq: Seq) => void
  readonly jumpToEnd: (roomId: RoomId) => void
}
