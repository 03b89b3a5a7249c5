import type { Message, Presence, RoomId, RoomRole, RoomType, UnixMs, UserRef } from '../protocol/generated'

/** A room as the list shows it. */
export type RoomRow = {
  readonly id: RoomId
  readonly type: RoomType
  /** The room's name, or the other person's display name. */
  readonly title: string
  readonly topic: string
  readonly role: RoomRole
  /** Messages after the read cursor. */
  readonly unread: number
  readonly lastMessage: Message | undefined
  readonly lastActivityAt: UnixMs
  /** The other person of a direct room. */
  readonly peer: UserRef | undefined
  readonly peerPresence: Presence | undefined
  /** What stands in the composer; empty without a draft. */
  readonly draft: string
  /** How many own messages could not be sent. */
  readonly failed: number
}
