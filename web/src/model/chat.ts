import { withEntry, without } from '../lib/records'
import type {
  Me,
  Message,
  MessageSaved,
  ReadCursor,
  RoomEvent,
  RoomId,
  RoomSnapshot,
  RoomSummary,
  Seq,
  StreamId,
  UserEvent,
  UserRef,
} from '../protocol/generated'
import type { DurableEvent } from '../protocol/parse'
import type { Outbox } from './outbox'
import { removeEntry, removeFolded } from './outbox'
import type { RoomState } from './room'
import { placeOf, reduceReadCursor, reduceRoom, roomFromSnapshot } from './room'
import type { Timeline } from './timeline'
import { addMessages, emptyTimeline } from './timeline'
import type { Summaries } from './user'
import { reduceSummary, reduceUser } from './user'

/**
 * Everything that is folded from streams, and what is on its way into them.
 *
 * A room is folded in two places: `summaries` holds every room of the user, `rooms` and `timelines` those that were
 * opened. Both follow their own seq, and `cursorOf` is the lower one.
 */
export type Chat = {
  /** Unknown before the first snapshot. */
  readonly me: Me | undefined
  /** Head of the user's own stream as folded; undefined before the first snapshot. */
  readonly userSeq: Seq | undefined
  readonly summaries: Summaries
  readonly rooms: Readonly<Record<RoomId, RoomState>>
  readonly timelines: Readonly<Record<RoomId, Timeline>>
  readonly outbox: Outbox
  /** Events that arrived after a gap or before their room, by stream, ascending; waiting for what is before them. */
  readonly ahead: Readonly<Record<StreamId, readonly DurableEvent[]>>
  /** Opened rooms that need a fresh snapshot. */
  readonly outdated: Readonly<Record<RoomId, true>>
  /** Streams of which a sync page said that there is more. */
  readonly behind: Readonly<Record<StreamId, true>>
}

/** Nobody's. */
export const emptyChat: Chat = {
  me: undefined,
  userSeq: undefined,
  summaries: {},
  rooms: {},
  timelines: {},
  outbox: [],
  ahead: {},
  outdated: {},
  behind: {},
}

/** Most events that wait behind one gap; beyond, `sync` brings them anyway. */
const MAX_AHEAD = 500

/** The stream an event belongs to; undefined for the user's own before the user is known. */
export function streamOf(chat: Chat, event: DurableEvent): StreamId | undefined {
  return 'userSeq' in event.data ? chat.me?.id : event.data.roomId
}

/** The event's number in its stream. */
export function seqOf(event: DurableEvent): Seq {
  return 'userSeq' in event.data ? event.data.userSeq : event.data.seq
}

/** Everything up to here is folded; undefined for a stream one does not follow. */
export function cursorOf(chat: Chat, stream: StreamId): Seq | undefined {
  if (stream === chat.me?.id) return chat.userSeq
  const summary = chat.summaries[stream]
  const room = chat.rooms[stream]
  if (!summary) return undefined
  return room && !chat.outdated[stream] ? Math.min(summary.seq, room.seq) : summary.seq
}

/** Folds events in the order they came. Events after a gap wait; `hasGaps` tells that `sync` has to be asked. */
export function foldEvents(chat: Chat, events: readonly DurableEvent[]): Chat {
  const arrived = new Map<RoomId, Message[]>()
  let next = chat
  for (const event of events) next = foldOne(next, event, arrived)
  return placeMessages(next, arrived)
}

/** Whether anything waits for events before it, or was said to have more. */
export function hasGaps(chat: Chat): boolean {
  if (Object.keys(chat.behind).length > 0) return true
  if (Object.keys(chat.rooms).some((roomId) => isTorn(chat, roomId))) return true
  return Object.keys(chat.ahead).some((stream) => cursorOf(chat, stream) !== undefined)
}

/** Takes an opened room's snapshot; older than what is folded already it leaves a gap that `sync` fills. */
export function foldSnapshot(chat: Chat, snapshot: RoomSnapshot): Chat {
  const roomId = snapshot.room.id
  const known = chat.rooms[roomId]
  const stale = known !== undefined && known.seq > snapshot.seq && !chat.outdated[roomId]
  const room = stale ? known : withKnownCursor(roomFromSnapshot(snapshot), chat.summaries[roomId])
  const timeline = addMessages(chat.timelines[roomId] ?? emptyTimeline, snapshot.messages)
  const next: Chat = {
    ...chat,
    rooms: withEntry(chat.rooms, roomId, room),
    timelines: withEntry(chat.timelines, roomId, timeline),
    outdated: without(chat.outdated, roomId) as Chat['outdated'],
    summaries: raiseSummary(chat.summaries, room),
  }
  return drain(settle(removeSent(next, snapshot.messages), roomId), roomId)
}

/** The person is no longer in a room: everything about it goes, unsent messages excepted. */
export function forgetRoom(chat: Chat, roomId: RoomId): Chat {
  return {
    ...chat,
    summaries: without(chat.summaries, roomId),
    rooms: without(chat.rooms, roomId),
    timelines: without(chat.timelines, roomId),
    ahead: without(chat.ahead, roomId),
    outdated: without(chat.outdated, roomId) as Chat['outdated'],
    behind: without(chat.behind, roomId) as Chat['behind'],
    outbox: removeFolded(chat.outbox, roomId, Number.MAX_SAFE_INTEGER),
  }
}

/** Moves the read cursor of a room forward, in the list and where the room is open. */
export function moveReadCursor(chat: Chat, roomId: RoomId, cursor: ReadCursor): Chat {
  const summary = chat.summaries[roomId]
  const room = chat.rooms[roomId]
  return {
    ...chat,
    summaries: summary ? withEntry(chat.summaries, roomId, reduceReadCursor(summary, cursor)) : chat.summaries,
    rooms: room ? withEntry(chat.rooms, roomId, reduceReadCursor(room, cursor)) : chat.rooms,
  }
}

/** Removes own messages from the outbox that are among these. */
export function removeSent(chat: Chat, messages: readonly Message[]): Chat {
  let { outbox } = chat
  if (outbox.length === 0) return chat
  for (const message of messages) {
    if (message.clientMessageId !== undefined && message.sender.id === chat.me?.id)
      outbox = removeEntry(outbox, message.clientMessageId)
  }
  return outbox === chat.outbox ? chat : { ...chat, outbox }
}

/** Folds what waited, as far as it now follows without a gap. */
export function drain(chat: Chat, stream: StreamId): Chat {
  const waiting = chat.ahead[stream]
  const cursor = cursorOf(chat, stream)
  if (!waiting || cursor === undefined) return chat
  return foldEvents(
    { ...chat, ahead: without(chat.ahead, stream) },
    waiting.filter((event) => seqOf(event) > cursor),
  )
}

/** Drops saved entries whose event is folded. */
export function settle(chat: Chat, roomId: RoomId): Chat {
  const cursor = cursorOf(chat, roomId)
  if (cursor === undefined || chat.outbox.length === 0) return chat
  const outbox = removeFolded(chat.outbox, roomId, cursor)
  return outbox === chat.outbox ? chat : { ...chat, outbox }
}

type Arrived = Map<RoomId, Message[]>

function foldOne(chat: Chat, event: DurableEvent, arrived: Arrived): Chat {
  const stream = streamOf(chat, event)
  if (stream === undefined) return chat
  const cursor = cursorOf(chat, stream)
  if (cursor === undefined) return waitAhead(chat, stream, event)
  const place = placeOf(cursor, seqOf(event))
  if (place === 'gap') return waitAhead(chat, stream, event)
  if (place === 'seen') return forgetSent(chat, event)
  if (event.event === 'unknown') return follow(skip(chat, stream), stream, arrived)
  const whole = event.event === 'message_saved' ? wholeMessage(chat, event.data) : event
  // Sent by an earlier run that forgot the content: only `sync` can tell it.
  if (!whole) return waitAhead(chat, stream, event)
  const folded =
    'userSeq' in whole.data ? foldUser(chat, whole as UserEvent) : foldRoom(chat, whole as RoomEvent, arrived)
  return follow(forgetSent(folded, event), stream, arrived)
}

/** After each folded event, those that waited right behind it. */
function follow(chat: Chat, stream: StreamId, arrived: Arrived): Chat {
  const waiting = chat.ahead[stream]
  const cursor = cursorOf(chat, stream)
  const first = waiting?.[0]
  if (!waiting || !first || cursor === undefined || seqOf(first) > cursor + 1) return chat
  const rest = waiting.slice(1)
  const ahead = rest.length === 0 ? without(chat.ahead, stream) : { ...chat.ahead, [stream]: rest }
  const next = foldOne({ ...chat, ahead }, first, arrived)
  return seqOf(first) <= cursor ? follow(next, stream, arrived) : next
}

/** An event that this client does not understand still counts in its stream. */
function skip(chat: Chat, stream: StreamId): Chat {
  if (stream === chat.me?.id) return { ...chat, userSeq: (chat.userSeq ?? 0) + 1 }
  const cursor = cursorOf(chat, stream)
  const advance = <T extends { seq: Seq }>(state: T): T =>
    state.seq === cursor ? { ...state, seq: cursor + 1 } : state
  const summary = chat.summaries[stream]
  const room = chat.rooms[stream]
  return {
    ...chat,
    summaries: summary ? withEntry(chat.summaries, stream, advance(summary)) : chat.summaries,
    rooms: room ? withEntry(chat.rooms, stream, advance(room)) : chat.rooms,
  }
}

function foldUser(chat: Chat, event: UserEvent): Chat {
  if (!chat.me || chat.userSeq === undefined) return chat
  const { userSeq, me, summaries } = reduceUser(
    { userSeq: chat.userSeq, me: chat.me, summaries: chat.summaries },
    event,
  )
  const next = { ...chat, userSeq, me, summaries }
  switch (event.event) {
    case 'room_added':
      return drain(next, event.data.room.room.id)
    case 'room_removed':
      return forgetRoom(next, event.data.roomId)
    case 'read_cursor_moved': {
      const room = chat.rooms[event.data.roomId]
      return room
        ? { ...next, rooms: withEntry(chat.rooms, event.data.roomId, reduceReadCursor(room, event.data)) }
        : next
    }
    default:
      return next
  }
}

function foldRoom(chat: Chat, event: RoomEvent, arrived: Arrived): Chat {
  const { roomId } = event.data
  const summary = chat.summaries[roomId]
  const room = chat.rooms[roomId]
  if (!chat.me || !summary) return chat
  if (event.event === 'receive_message' && chat.timelines[roomId]) {
    const messages = arrived.get(roomId)
    if (messages) messages.push(event.data)
    else arrived.set(roomId, [event.data])
  }
  return {
    ...chat,
    summaries: withEntry(chat.summaries, roomId, reduceSummary(summary, event, chat.me.id)),
    rooms: room ? withEntry(chat.rooms, roomId, reduceRoom(room, event, chat.me.id)) : chat.rooms,
  }
}

function placeMessages(chat: Chat, arrived: Arrived): Chat {
  if (arrived.size === 0) return chat
  const timelines = { ...chat.timelines }
  for (const [roomId, messages] of arrived) {
    const timeline = timelines[roomId]
    if (timeline) timelines[roomId] = addMessages(timeline, messages)
  }
  return { ...chat, timelines }
}

/** The sender's own message as everyone else gets it. */
function wholeMessage(chat: Chat, saved: MessageSaved): { event: 'receive_message'; data: Message } | undefined {
  const entry = chat.outbox.find((other) => other.clientMessageId === saved.clientMessageId)
  if (!entry || !chat.me) return undefined
  const { id, seq, number, roomId, timestamp } = saved
  const message: Message = {
    id,
    seq,
    number,
    roomId,
    timestamp,
    content: entry.content,
    type: 'text',
    sender: refOf(chat.me),
    clientMessageId: entry.clientMessageId,
  }
  return { event: 'receive_message', data: message }
}

/** A user as others see them. */
export function refOf({ id, username, displayName, avatar }: Me): UserRef {
  return { id, username, displayName, avatar }
}

function forgetSent(chat: Chat, event: DurableEvent): Chat {
  if (event.event === 'receive_message') return removeSent(chat, [event.data])
  if (event.event !== 'message_saved' || event.data.clientMessageId === undefined) return chat
  const outbox = removeEntry(chat.outbox, event.data.clientMessageId)
  return outbox === chat.outbox ? chat : { ...chat, outbox }
}

function waitAhead(chat: Chat, stream: StreamId, event: DurableEvent): Chat {
  const waiting = chat.ahead[stream] ?? []
  const seq = seqOf(event)
  if (waiting.length >= MAX_AHEAD || waiting.some((other) => seqOf(other) === seq)) return chat
  const after = waiting.findIndex((other) => seqOf(other) > seq)
  const ordered = after === -1 ? [...waiting, event] : [...waiting.slice(0, after), event, ...waiting.slice(after)]
  return { ...chat, ahead: { ...chat.ahead, [stream]: ordered } }
}

/** The list is further than the opened room, or the other way round. */
function isTorn(chat: Chat, roomId: RoomId): boolean {
  const room = chat.rooms[roomId]
  const summary = chat.summaries[roomId]
  return room !== undefined && summary !== undefined && !chat.outdated[roomId] && room.seq !== summary.seq
}

function withKnownCursor(room: RoomState, summary: RoomSummary | undefined): RoomState {
  return summary ? reduceReadCursor(room, summary) : room
}

/** The list's line of a room catches up with its snapshot. */
function raiseSummary(summaries: Summaries, room: RoomState): Summaries {
  const summary = summaries[room.room.id]
  if (!summary || summary.seq >= room.seq) return summaries
  const lastMessage = room.messages.at(-1) ?? summary.lastMessage
  const raised: RoomSummary = {
    ...reduceReadCursor(summary, room),
    room: room.room,
    seq: room.seq,
    lastNumber: room.lastNumber,
    role: room.role,
    ...(lastMessage ? { lastMessage } : {}),
  }
  return { ...summaries, [room.room.id]: raised }
}
