import type { TimelineRow } from '../model/rows'
import type { Member, Room, RoomRole, Seq, UserRef } from '../protocol/generated'

/** What one needs to draw a room's frame. `stale`: shown from the local copy, catching up. */
export type RoomView =
  | { readonly status: 'loading' }
  | { readonly status: 'missing' }
  | {
      readonly status: 'ready' | 'stale'
      readonly room: Room
      /** The room's name, or the other person's display name. */
      readonly title: string
      /** The other person of a direct room. */
      readonly peer: UserRef | undefined
      /** Everyone in it, by time of joining. */
      readonly members: readonly Member[]
      /** The role of the person who looks. */
      readonly role: RoomRole
      readonly unread: number
      /** Head of the room as far as it is known: pass to `markRead` when everything was seen. */
      readonly seq: Seq
    }

/** What one needs to draw a timeline. */
export type TimelineView = {
  readonly rows: readonly TimelineRow[]
  /** `loading`: nothing to show yet. */
  readonly status: 'loading' | 'ready'
  /** There are older messages. */
  readonly hasBefore: boolean
  /** There are newer ones below: the end of what is shown is not the end of the room. */
  readonly hasAfter: boolean
  /** A page is on its way. */
  readonly loading: 'before' | 'after' | 'around' | undefined
  /** The last page could not be had; calling again tries again. */
  readonly failed: boolean
  /** Seq of the message that was jumped to. */
  readonly focus: Seq | undefined
  readonly loadBefore: () => void
  readonly loadAfter: () => void
  readonly jumpTo: (seq: Seq) => void
  /** Back to the latest messages. */
  readonly jumpToEnd: () => void
}
