import type { Me, Message, Room, RoomSnapshot, RoomSummary, UserSnapshot } from '../protocol/generated'
import { refOf } from './simServer'

/** Small, whole values for tests; each test changes what it is about. */

/** The person who looks. */
export const me: Me = { ...refOf('me'), email: 'me@example.org', role: 'member', createdAt: 1 }

/** A group room. */
export const hall: Room = {
  id: 'hall',
  type: 'group',
  name: 'The hall',
  topic: '',
  encryption: 'none',
  createdBy: 'me',
  createdAt: 1,
}

/** Message `number` of the hall, by `ann`; its seq is one more, for the room's creation. */
export function message(number: number, change: Partial<Message> = {}): Message {
  return {
    id: `m${number}`,
    seq: number + 1,
    number,
    roomId: 'hall',
    content: `text ${number}`,
    type: 'text',
    sender: refOf('ann'),
    timestamp: 1_700_000_000_000 + number,
    ...change,
  }
}

/** Messages `from` to `to` of the hall. */
export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index))
}

/** The hall in the list after `count` messages, none read. */
export function summary(count = 0, change: Partial<RoomSummary> = {}): RoomSummary {
  const last = count > 0 ? { lastMessage: message(count) } : {}
  return {
    room: hall,
    seq: count + 1,
    lastNumber: count,
    role: 'member',
    readSeq: 1,
    readNumber: 0,
    ...last,
    ...change,
  }
}

/** The hall opened after `count` messages, none read. */
export function snapshot(count = 0, change: Partial<RoomSnapshot> = {}): RoomSnapshot {
  const members = ['me', 'ann'].map((id) => ({ user: refOf(id), role: 'member' as const, joinedAt: 1 }))
  return {
    room: hall,
    members,
    messages: count > 0 ? messages(Math.max(1, count - 49), count) : [],
    seq: count + 1,
    lastNumber: count,
    role: 'member',
    readSeq: 1,
    readNumber: 0,
    presence: {},
    ...change,
  }
}

/** Me with these rooms, after one event of my stream. */
export function userSnapshot(rooms: RoomSummary[] = [summary()]): UserSnapshot {
  return { userSeq: 1, me, rooms }
}
