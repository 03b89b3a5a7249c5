import type { Check } from './check'
import { array, boolean, nullable, object, oneOf, optional, record, string, whole } from './check'
import type {
  ErrorEvent,
  Goodbye,
  Me,
  Member,
  MemberChanged,
  MemberLeft,
  Message,
  MessageSaved,
  Presence,
  ProfileUpdated,
  ReadCursor,
  ReadCursorMoved,
  Refusal,
  Room,
  RoomAdded,
  RoomChanged,
  RoomRemoved,
  RoomSnapshot,
  RoomSummary,
  TokenRefreshed,
  UserRef,
  UserSnapshot,
} from './generated'

/** The shapes of `generated.ts` at run time. The compiler holds both together. */

const role = oneOf('member', 'moderator', 'admin', 'owner')

const errorCode = oneOf(
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'rate_limited',
  'unavailable',
  'internal',
)

export const userRef: Check<UserRef> = object<UserRef>({
  id: string,
  username: string,
  displayName: string,
  avatar: nullable(string),
})

export const me: Check<Me> = object<Me>({
  id: string,
  username: string,
  displayName: string,
  avatar: nullable(string),
  email: string,
  role,
  createdAt: whole,
})

export const presence: Check<Presence> = object<Presence>({ online: boolean, lastSeen: optional(whole) })

export const room: Check<Room> = object<Room>({
  id: string,
  type: oneOf('group', 'direct'),
  name: string,
  topic: string,
  encryption: oneOf('none', 'mls1'),
  createdBy: string,
  createdAt: whole,
})

export const member: Check<Member> = object<Member>({ user: userRef, role, joinedAt: whole })

export const message: Check<Message> = object<Message>({
  id: string,
  seq: whole,
  number: whole,
  roomId: string,
  content: string,
  type: oneOf('text'),
  sender: userRef,
  timestamp: whole,
  clientMessageId: optional(string),
})

export const messageSaved: Check<MessageSaved> = object<MessageSaved>({
  clientMessageId: optional(string),
  id: string,
  seq: whole,
  number: whole,
  roomId: string,
  timestamp: whole,
})

export const roomSummary: Check<RoomSummary> = object<RoomSummary>({
  room,
  seq: whole,
  lastNumber: whole,
  lastMessage: optional(message),
  role,
  readSeq: whole,
  readNumber: whole,
  peer: optional(userRef),
  peerPresence: optional(presence),
})

export const roomSnapshot: Check<RoomSnapshot> = object<RoomSnapshot>({
  room,
  members: array(member),
  messages: array(message),
  seq: whole,
  lastNumber: whole,
  role,
  readSeq: whole,
  readNumber: whole,
  presence: record(presence),
})

export const userSnapshot: Check<UserSnapshot> = object<UserSnapshot>({ userSeq: whole, me, rooms: array(roomSummary) })

export const roomChanged: Check<RoomChanged> = object<RoomChanged>({
  roomId: string,
  seq: whole,
  timestamp: whole,
  room,
  by: string,
})

export const memberChanged: Check<MemberChanged> = object<MemberChanged>({
  roomId: string,
  seq: whole,
  timestamp: whole,
  member,
  by: optional(string),
})

export const memberLeft: Check<MemberLeft> = object<MemberLeft>({
  roomId: string,
  seq: whole,
  timestamp: whole,
  userId: string,
  by: optional(string),
})

export const roomAdded: Check<RoomAdded> = object<RoomAdded>({ userSeq: whole, room: roomSummary })
export const roomRemoved: Check<RoomRemoved> = object<RoomRemoved>({ userSeq: whole, roomId: string })
export const readCursor: Check<ReadCursor> = object<ReadCursor>({ readSeq: whole, readNumber: whole })
export const profileUpdated: Check<ProfileUpdated> = object<ProfileUpdated>({ userSeq: whole, me })
export const tokenRefreshed: Check<TokenRefreshed> = object<TokenRefreshed>({ expiresAt: whole })

export const readCursorMoved: Check<ReadCursorMoved> = object<ReadCursorMoved>({
  userSeq: whole,
  roomId: string,
  readSeq: whole,
  readNumber: whole,
})

export const refusal: Check<Refusal> = object<Refusal>({
  code: errorCode,
  message: string,
  temporary: boolean,
  retryAfterMs: optional(whole),
  fields: optional(record(string)),
})

export const errorEvent: Check<ErrorEvent> = object<ErrorEvent>({
  command: string,
  clientMessageId: optional(string),
  code: errorCode,
  message: string,
  temporary: boolean,
  retryAfterMs: optional(whole),
  fields: optional(record(string)),
})

export const goodbye: Check<Goodbye> = object<Goodbye>({
  code: oneOf('shutting_down', 'slow_consumer', 'token_expired', 'session_ended', 'banned'),
  message: string,
  temporary: boolean,
  reconnectAfterMs: optional(whole),
})
