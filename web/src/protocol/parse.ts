import type { Check } from './check'
import { array, boolean, Malformed, object, optional, record, string, whole } from './check'
import type {
  ErrorEvent,
  Goodbye,
  MessageSaved,
  Refusal,
  RoomEvent,
  RoomId,
  RoomSummary,
  Seq,
  Signal,
  UserEvent,
  UserSnapshot,
} from './generated'
import * as shapes from './shapes'

/**
 * The one place where what the server sends is checked; inside, types are trusted.
 *
 * A client meets events that are newer than itself. Those of a stream still count in it, so they come out as
 * `unknown` with their place; everything else that is unknown is ignored.
 */

/** A numbered event that this client does not understand. */
export type UnknownEvent = {
  readonly event: 'unknown'
  readonly data: { readonly roomId: RoomId; readonly seq: Seq } | { readonly userSeq: Seq }
}

/** What is numbered in a stream. `message_saved` stands for the sender's own message. */
export type DurableEvent =
  | RoomEvent
  | UserEvent
  | { readonly event: 'message_saved'; readonly data: MessageSaved }
  | UnknownEvent

/** Something that the server emitted. */
export type Incoming =
  | { readonly kind: 'durable'; readonly event: DurableEvent }
  | { readonly kind: 'signal'; readonly signal: Signal }
  | { readonly kind: 'goodbye'; readonly goodbye: Goodbye }
  | { readonly kind: 'error'; readonly error: ErrorEvent }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'malformed'; readonly reason: string }

/** A page of `sync` with only what this client can fold. */
export type CheckedPage = {
  readonly events: readonly DurableEvent[]
  readonly head: Seq
  readonly more: boolean
  readonly reset?: boolean
  readonly gone?: boolean
  readonly summary?: RoomSummary
}

/** An answer of `sync`. */
export type CheckedSync = {
  readonly user?: UserSnapshot
  readonly streams: Readonly<Record<string, CheckedPage>>
}

const DURABLE: Readonly<Record<string, Check<unknown>>> = {
  room_created: shapes.roomChanged,
  room_updated: shapes.roomChanged,
  member_joined: shapes.memberChanged,
  member_updated: shapes.memberChanged,
  member_left: shapes.memberLeft,
  receive_message: shapes.message,
  room_added: shapes.roomAdded,
  room_removed: shapes.roomRemoved,
  read_cursor_moved: shapes.readCursorMoved,
  profile_updated: shapes.profileUpdated,
  message_saved: shapes.messageSaved,
}

const SIGNALS: Readonly<Record<string, Check<unknown>>> = {
  user_typing: object({ roomId: string, userId: string, username: string }),
  user_stop_typing: object({ roomId: string, userId: string }),
  user_connected: object({ userId: string }),
  user_disconnected: object({ userId: string, lastSeen: whole }),
  user_updated: object({ user: shapes.userRef }),
}

/** Checks one emitted event. Never throws. */
export function parseIncoming(name: string, data: unknown): Incoming {
  try {
    if (Object.hasOwn(SIGNALS, name)) {
      return { kind: 'signal', signal: { event: name, data: SIGNALS[name]?.(data, '') } as Signal }
    }
    if (name === 'goodbye') return { kind: 'goodbye', goodbye: shapes.goodbye(data, '') }
    if (name === 'error') return { kind: 'error', error: shapes.errorEvent(data, '') }
    if (Object.hasOwn(DURABLE, name)) return { kind: 'durable', event: durable(name, data) }
    const unknown = unknownEvent(data)
    return unknown ? { kind: 'durable', event: unknown } : { kind: 'ignored' }
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', reason: `${name}: ${error.message}` }
    throw error
  }
}

/** Checks an answer of `sync`. Throws `Malformed` when its frame is not right; a single bad event only counts. */
export function parseSync(value: unknown): CheckedSync {
  return sync(value, '')
}

/** The refusal in an ack, when it is one. */
export function parseRefusedAck(value: unknown): Refusal | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'error')) return undefined
  try {
    return shapes.refusal((value as { error: unknown }).error, 'error')
  } catch {
    return { code: 'internal', message: 'The server gave an answer that cannot be read.', temporary: true }
  }
}

const streamEvent: Check<DurableEvent | undefined> = (value, path) => {
  const { event: name, data } = object<{ event: string; data: unknown }>({ event: string, data: (any) => any })(
    value,
    path,
  )
  if (!Object.hasOwn(DURABLE, name)) return unknownEvent(data)
  try {
    return durable(name, data)
  } catch (error) {
    // Asking again would bring the same: it counts as an event that one does not understand.
    if (error instanceof Malformed) return unknownEvent(data)
    throw error
  }
}

const page: Check<CheckedPage> = (value, path) => {
  const checked = object<Omit<CheckedPage, 'events'> & { events: (DurableEvent | undefined)[] }>({
    events: array(streamEvent),
    head: whole,
    more: boolean,
    reset: optional(boolean),
    gone: optional(boolean),
    summary: optional(shapes.roomSummary),
  })(value, path)
  return { ...checked, events: checked.events.filter((event) => event !== undefined) }
}

const sync: Check<CheckedSync> = object<CheckedSync>({ user: optional(shapes.userSnapshot), streams: record(page) })

function durable(name: string, data: unknown): DurableEvent {
  return { event: name, data: DURABLE[name]?.(data, '') } as DurableEvent
}

function unknownEvent(data: unknown): UnknownEvent | undefined {
  const at = placeInStream(data)
  return at && { event: 'unknown', data: at }
}

function placeInStream(data: unknown): UnknownEvent['data'] | undefined {
  const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
  if (Number.isSafeInteger(fields.userSeq)) return { userSeq: fields.userSeq as number }
  if (typeof fields.roomId === 'string' && Number.isSafeInteger(fields.seq)) {
    return { roomId: fields.roomId, seq: fields.seq as number }
  }
  return undefined
}
