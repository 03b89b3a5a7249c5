import { assertNever } from '../lib/assertNever'
import { without } from '../lib/records'
import type {
  Member,
  RoomEvent,
  RoomId,
  RoomSummary,
  Seq,
  UserEvent,
  UserId,
  UserRef,
  UserSnapshot,
} from '../protocol/generated'
import { placeOf, reduceReadCursor } from './room'

/** The rooms of the list, by id. */
export type Summaries = Readonly<Record<RoomId, RoomSummary>>

/** A user's own stream as of `userSeq`. */
export type UserState = { readonly userSeq: Seq; readonly me: UserSnapshot['me']; readonly summaries: Summaries }

/** The state that a snapshot holds. */
export function userFromSnapshot(snapshot: UserSnapshot): UserState {
  return { userSeq: snapshot.userSeq, me: snapshot.me, summaries: summariesOf(snapshot.rooms) }
}

/** Rooms by id. */
export function summariesOf(rooms: readonly RoomSummary[]): Summaries {
  return Object.fromEntries(rooms.map((summary) => [summary.room.id, summary]))
}

/** Folds the next event of the user's stream; others leave the state as it is. */
export function reduceUser(user: UserState, event: UserEvent): UserState {
  if (placeOf(user.userSeq, event.data.userSeq) !== 'next') return user
  const next = { ...user, userSeq: event.data.userSeq }
  switch (event.event) {
    case 'room_added':
      return { ...next, summaries: addSummary(user.summaries, event.data.room) }
    case 'room_removed':
      return { ...next, summaries: without(user.summaries, event.data.roomId) }
    case 'read_cursor_moved': {
      const summary = user.summaries[event.data.roomId]
      if (!summary) return next
      return { ...next, summaries: { ...user.summaries, [event.data.roomId]: reduceReadCursor(summary, event.data) } }
    }
    case 'profile_updated':
      return { ...next, me: event.data.me }
    default:
      return assertNever(event)
  }
}

/** Folds the next event of a room's stream into its line of the list. */
export function reduceSummary(summary: RoomSummary, event: RoomEvent, me: UserId): RoomSummary {
  if (placeOf(summary.seq, event.data.seq) !== 'next') return summary
  const next = { ...summary, seq: event.data.seq }
  switch (event.event) {
    case 'room_created':
    case 'room_updated':
      return { ...next, room: event.data.room }
    case 'member_joined':
    case 'member_updated':
      return withMember(next, event.data.member, me)
    case 'member_left':
      return next
    case 'receive_message': {
      const message = event.data
      const moved = { ...next, lastNumber: message.number, lastMessage: message }
      return message.sender.id === me
        ? reduceReadCursor(moved, { readSeq: message.seq, readNumber: message.number })
        : moved
    }
    default:
      return assertNever(event)
  }
}

/** Who makes a direct room is in it before the other is: the summary learns of the peer when they join. */
function withMember(summary: RoomSummary, { user, role }: Member, me: UserId): RoomSummary {
  if (user.id === me) return { ...summary, role }
  return summary.room.type === 'direct' ? { ...summary, peer: user } : summary
}

/** Somebody's name or picture changed. */
export function renameInSummary(summary: RoomSummary, user: UserRef): RoomSummary {
  const peer = summary.peer?.id === user.id
  const sender = summary.lastMessage?.sender.id === user.id
  if (!peer && !sender) return summary
  return {
    ...summary,
    ...(peer ? { peer: user } : {}),
    ...(sender && summary.lastMessage ? { lastMessage: { ...summary.lastMessage, sender: user } } : {}),
  }
}

/** A room that was folded further through its own stream stays as it is: the event tells how it was then. */
function addSummary(summaries: Summaries, summary: RoomSummary): Summaries {
  const known = summaries[summary.room.id]
  return known && known.seq > summary.seq ? summaries : { ...summaries, [summary.room.id]: summary }
}
