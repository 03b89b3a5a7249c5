import type { Chat } from '../model/chat'
import { foldEvents } from '../model/chat'
import { reducePresence } from '../model/presence'
import { renameInRoom } from '../model/room'
import { newLineOf, unreadOf } from '../model/rooms'
import { renameInTimeline } from '../model/timeline'
import { reduceTyping, stopTyping } from '../model/typing'
import { renameInSummary } from '../model/user'
import type { RoomId, Signal, UnixMs, UserRef } from '../protocol/generated'
import type { DurableEvent } from '../protocol/parse'
import type { ChatState } from './store'

/** What the server emitted and the store holds. */
export type Arrival =
  | { readonly kind: 'durable'; readonly event: DurableEvent }
  | { readonly kind: 'signal'; readonly signal: Signal }

/** Where and when things arrive. */
export type Scene = {
  readonly now: UnixMs
  /** Nobody can see the page. */
  readonly hidden: boolean
  /** The room on the screen. */
  readonly current: RoomId | undefined
}

/** The store after a batch. Numbered events are folded together, which costs one copy of a timeline and not many. */
export function takeArrivals(state: ChatState, arrivals: readonly Arrival[], scene: Scene): ChatState {
  const events = arrivals.flatMap((arrival) => (arrival.kind === 'durable' ? [arrival.event] : []))
  const folded = { ...state, chat: foldEvents(state.chat, events), typing: endTyping(state, events) }
  const next = arrivals.reduce(
    (before, arrival) => (arrival.kind === 'signal' ? takeSignal(before, arrival.signal, scene.now) : before),
    folded,
  )
  return scene.hidden ? drawNewLine(state, next, scene.current) : next
}

/** The line above what arrived unseen, unless one is drawn already. */
export function drawNewLine(before: ChatState, after: ChatState, current: RoomId | undefined): ChatState {
  if (current === undefined) return after
  const known = before.chat.summaries[current]
  const summary = after.chat.summaries[current]
  if (!known || !summary || unreadOf(known, before.reads[current]) > 0) return after
  const line = newLineOf(summary, after.reads[current])
  return line ? { ...after, newLines: { ...after.newLines, [current]: line } } : after
}

function takeSignal(state: ChatState, signal: Signal, now: UnixMs): ChatState {
  if (signal.event === 'user_updated') return { ...state, chat: rename(state.chat, signal.data.user) }
  return {
    ...state,
    presence: reducePresence(state.presence, signal),
    typing: reduceTyping(state.typing, signal, now),
  }
}

/** Who sent a message does not type any more, and who left does not either. */
function endTyping(state: ChatState, events: readonly DurableEvent[]): ChatState['typing'] {
  let { typing } = state
  for (const { event, data } of events) {
    if (event === 'receive_message') typing = stopTyping(typing, { roomId: data.roomId, userId: data.sender.id })
    if (event === 'member_left') typing = stopTyping(typing, { roomId: data.roomId, userId: data.userId })
  }
  return typing
}

function rename(chat: Chat, user: UserRef): Chat {
  const each = <T>(record: Readonly<Record<RoomId, T>>, change: (value: T, user: UserRef) => T) =>
    Object.fromEntries(Object.entries(record).map(([roomId, value]) => [roomId, change(value, user)]))
  return {
    ...chat,
    summaries: each(chat.summaries, renameInSummary),
    rooms: each(chat.rooms, renameInRoom),
    timelines: each(chat.timelines, renameInTimeline),
  }
}
