import type { ClientMessageId, Refusal, RoomId, Seq, UnixMs } from '../protocol/generated'

/** Where a message on its way stands. `saved`: on the server's disk, its event is still to be folded. */
export type OutboxState =
  | { readonly kind: 'pending'; readonly notBefore?: UnixMs }
  | { readonly kind: 'sending'; readonly deadline: UnixMs }
  | { readonly kind: 'saved'; readonly seq: Seq }
  | { readonly kind: 'failed'; readonly refusal: Refusal }

/** One own message that is not in the room's stream yet, as far as this device knows. */
export type OutboxEntry = {
  /** The idempotency key, and the entry's name everywhere. */
  readonly clientMessageId: ClientMessageId
  readonly roomId: RoomId
  /** As it will be stored. */
  readonly content: string
  readonly createdAt: UnixMs
  /** Its place in the queue of this device. */
  readonly position: number
  /** How often it was refused for a temporary reason or got no answer. */
  readonly attempts: number
  readonly state: OutboxState
}
