import { assertNever } from '../lib/assertNever'
import type {
  Member,
  Message,
  ReadCursorMoved,
  RoomEvent,
  RoomSnapshot,
  Seq,
  UserId,
  UserRef,
} from '../protocol/generated'

/** A room as of `seq`: what `join_room` answers and every later event folded into it. Presence is not folded. */
export type RoomState = Omit<RoomSnapshot, 'presence'>

/** The latest messages that a snapshot holds. */
export const SNAPSHOT_MESSAGES = 50

/** How an event's number stands to the last folded one. */
export type Place = 'seen' | 'next' | 'gap'

/** Where an event numbered `seq` belongs after everything up to `folded`. */
export function placeOf(folded: Seq, seq: Seq): Place {
  if (seq <= folded) return 'seen'
  return seq === folded + 1 ? 'next' : 'gap'
}

/** The room without what only a snapshot knows. */
export function roomFromSnapshot(snapshot: RoomSnapshot): RoomState {
  const { presence: _, ...room } = snapshot
  return room
}

/** Folds the next event; a seen one or one after a gap leaves the room as it is (`placeOf` tells which). */
export function reduceRoom(room: RoomState, event: RoomEvent, me: UserId): RoomState {
  if (placeOf(room.seq, event.data.seq) !== 'next') return room
  const next = { ...room, seq: event.data.seq }
  switch (event.event) {
    case 'room_created':
    case 'room_updated':
      return { ...next, room: event.data.room }
    case 'member_joined':
    case 'member_updated':
      return withMember(next, event.data.member, me)
    case 'member_left': {
      const { userId } = event.data
      return { ...next, members: room.members.filter((member) => member.user.id !== userId) }
    }
    case 'receive_message':
      return withMessage(next, event.data, me)
    default:
      return assertNever(event)
  }
}

/** Folds a read cursor of the user's own stream; it never goes back. */
export function reduceReadCursor<T extends { readSeq: Seq; readNumber: number }>(
  state: T,
  moved: Pick<ReadCursorMoved, 'readSeq' | 'readNumber'>,
): T {
  if (moved.readSeq <= state.readSeq) return state
  return { ...state, readSeq: moved.readSeq, readNumber: moved.readNumber }
}

/** Somebody's name or picture changed. */
export function renameInRoom(room: RoomState, user: UserRef): RoomState {
  if (!room.members.some((member) => member.user.id === user.id)) return room
  return {
    ...room,
    members: room.members.map((member) => (member.user.id === user.id ? { ...member, user } : member)),
    messages: renameSenders(room.messages, user),
  }
}

/** The same messages with the sender as they are called now; the same array when they wrote none of them. */
export function renameSenders<T extends readonly Message[]>(messages: T, user: UserRef): T {
  if (!messages.some((message) => message.sender.id === user.id)) return messages
  return messages.map((message) =>
    message.sender.id === user.id ? { ...message, sender: user } : message,
  ) as unknown as T
}

function withMember(room: RoomState, member: Member, me: UserId): RoomState {
  const known = room.members.some((other) => other.user.id === member.user.id)
  const members = known
    ? room.members.map((other) => (other.user.id === member.user.id ? member : other))
    : [...room.members, member]
  return { ...room, members, role: member.user.id === me ? member.role : room.role }
}

function withMessage(room: RoomState, message: Message, me: UserId): RoomState {
  const messages = [...room.messages, message].slice(-SNAPSHOT_MESSAGES)
  const next = { ...room, messages, lastNumber: message.number }
  return message.sender.id === me ? reduceReadCursor(next, { readSeq: message.seq, readNumber: message.number }) : next
}
