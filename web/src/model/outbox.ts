import type { ClientMessageId, Refusal, RoomId, Seq, UnixMs } from '../protocol/generated'

/**
 * Where a message on its way stands.
 *
 * ```text
 * pending ──► sending ──► saved ──► (removed by its event)
 *    ▲           │  └────► failed ──► pending (retry) | (discarded)
 *    └───────────┘ no answer, or refused for now
 * ```
 */
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
  /** How often it was refused for the time being. */
  readonly attempts: number
  readonly state: OutboxState
}

/** Own messages on their way, by position. */
export type Outbox = readonly OutboxEntry[]

/** What a person wrote. */
export type Draft = Pick<OutboxEntry, 'clientMessageId' | 'roomId' | 'content' | 'createdAt'>

/** How long an answer may take before the same message is sent again. */
export const ANSWER_MS = 15_000
/** Temporary refusals, rate limits excepted, after which a person has to decide. */
export const MAX_ATTEMPTS = 8
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Puts a message at the end of the queue. */
export function compose(outbox: Outbox, draft: Draft): Outbox {
  return [
    ...outbox,
    { ...draft, position: nextPosition(outbox, draft.createdAt), attempts: 0, state: { kind: 'pending' } },
  ]
}

/**
 * The messages to send now: of each room the first one that is still to go, unless one of that room is on its way.
 * So a room's messages arrive in the order they were written, whatever gets lost or refused between.
 */
export function dueEntries(outbox: Outbox, now: UnixMs): readonly OutboxEntry[] {
  return headEntries(outbox).filter(({ state }) => state.kind === 'pending' && (state.notBefore ?? now) <= now)
}

/** When `dueEntries` or `expireAnswers` may have something new by itself. */
export function outboxTimeout(outbox: Outbox): UnixMs | undefined {
  const times = headEntries(outbox).map(({ state }) => {
    if (state.kind === 'pending') return state.notBefore
    return state.kind === 'sending' ? state.deadline : undefined
  })
  return times.reduce(
    (first, time) => (time === undefined || (first !== undefined && first <= time) ? first : time),
    undefined,
  )
}

/** It was handed to the connection. */
export function markSending(outbox: Outbox, id: ClientMessageId, now: UnixMs): Outbox {
  return change(outbox, id, (entry) => ({ ...entry, state: { kind: 'sending', deadline: now + ANSWER_MS } }))
}

/** The server has it on disk. */
export function markSaved(outbox: Outbox, id: ClientMessageId, seq: Seq): Outbox {
  return change(outbox, id, (entry) => ({ ...entry, state: { kind: 'saved', seq } }))
}

/** The server refused it: for now (it goes again later) or for good (the person decides). */
export function markRefused(outbox: Outbox, id: ClientMessageId, refused: { refusal: Refusal; now: UnixMs }): Outbox {
  const { refusal, now } = refused
  return change(outbox, id, (entry) => {
    if (entry.state.kind === 'saved') return entry
    const attempts = entry.attempts + 1
    if (!refusal.temporary || (refusal.code !== 'rate_limited' && attempts >= MAX_ATTEMPTS)) {
      return { ...entry, attempts, state: { kind: 'failed', refusal } }
    }
    const backoffMs = refusal.retryAfterMs ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10))
    return { ...entry, attempts, state: { kind: 'pending', notBefore: now + backoffMs } }
  })
}

/** No answer came in time, or the connection is gone: what was on its way has to go again. */
export function resendUnanswered(outbox: Outbox, at: UnixMs | 'all'): Outbox {
  const lost = ({ state }: OutboxEntry) => state.kind === 'sending' && (at === 'all' || state.deadline <= at)
  if (!outbox.some(lost)) return outbox
  return outbox.map((entry) => (lost(entry) ? { ...entry, state: { kind: 'pending' } } : entry))
}

/** The person wants a failed message sent again: it goes to the end of the queue. */
export function retryEntry(outbox: Outbox, id: ClientMessageId): Outbox {
  const entry = outbox.find((other) => other.clientMessageId === id)
  if (entry?.state.kind !== 'failed') return outbox
  const others = outbox.filter((other) => other !== entry)
  return [
    ...others,
    { ...entry, position: nextPosition(outbox, entry.position), attempts: 0, state: { kind: 'pending' } },
  ]
}

/** The person gives a message up. One that is on its way, or arrived, cannot be called back. */
export function discardEntry(outbox: Outbox, id: ClientMessageId): Outbox {
  return keep(
    outbox,
    (entry) => entry.clientMessageId !== id || entry.state.kind === 'sending' || entry.state.kind === 'saved',
  )
}

/** Its event was folded: the message is in the room. */
export function removeEntry(outbox: Outbox, id: ClientMessageId): Outbox {
  return keep(outbox, (entry) => entry.clientMessageId !== id)
}

/** Saved messages whose event is behind the folded head are in the room's history. */
export function removeFolded(outbox: Outbox, roomId: RoomId, folded: Seq): Outbox {
  return keep(outbox, ({ roomId: room, state }) => room !== roomId || state.kind !== 'saved' || state.seq > folded)
}

/** Takes over entries that another tab or an earlier run left; those known here stay as they are. */
export function adoptEntries(outbox: Outbox, stored: Outbox): Outbox {
  const known = new Set(outbox.map((entry) => entry.clientMessageId))
  const fresh = stored.filter((entry) => !known.has(entry.clientMessageId))
  if (fresh.length === 0) return outbox
  return [...outbox, ...fresh].sort((a, b) => a.position - b.position || a.createdAt - b.createdAt)
}

/** Takes an entry as another tab has it now. */
export function putEntry(outbox: Outbox, entry: OutboxEntry): Outbox {
  const others = outbox.filter((other) => other.clientMessageId !== entry.clientMessageId)
  return [...others, entry].sort((a, b) => a.position - b.position || a.createdAt - b.createdAt)
}

function headEntries(outbox: Outbox): readonly OutboxEntry[] {
  const heads = new Map<RoomId, OutboxEntry>()
  for (const entry of outbox) {
    const underway = entry.state.kind === 'pending' || entry.state.kind === 'sending'
    if (underway && !heads.has(entry.roomId)) heads.set(entry.roomId, entry)
  }
  return [...heads.values()]
}

/** Behind everything known, and by time behind what other tabs or earlier runs wrote. */
function nextPosition(outbox: Outbox, atLeast: number): number {
  return outbox.reduce((last, entry) => Math.max(last, entry.position + 1), atLeast)
}

function change(outbox: Outbox, id: ClientMessageId, alter: (entry: OutboxEntry) => OutboxEntry): Outbox {
  if (!outbox.some((entry) => entry.clientMessageId === id)) return outbox
  return outbox.map((entry) => (entry.clientMessageId === id ? alter(entry) : entry))
}

function keep(outbox: Outbox, test: (entry: OutboxEntry) => boolean): Outbox {
  return outbox.every(test) ? outbox : outbox.filter(test)
}
