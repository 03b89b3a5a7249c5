import type { Message, Seq, UnixMs, UserId } from '../protocol/generated'
import type { OutboxEntry } from './outbox'

/** One line of a timeline. `key` stays the same while a row lives, also when an outgoing message becomes a saved one. */
export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly at: UnixMs }
  | { readonly kind: 'newLine'; readonly key: string; readonly count: number }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: Message
      /** First of its group: show who wrote it. */
      readonly first: boolean
      /** By the person who looks. */
      readonly mine: boolean
    }
  | { readonly kind: 'outgoing'; readonly key: string; readonly entry: OutboxEntry; readonly first: boolean }

/** The line above the first message that one had not read when the room was opened. */
export type NewLine = { readonly after: Seq; readonly count: number }

/** What rows are made of. */
export type RowsInput = {
  /** Ascending. */
  readonly messages: readonly Message[]
  /** Own messages below them, by position. */
  readonly outgoing: readonly OutboxEntry[]
  readonly me: UserId
  readonly newLine: NewLine | undefined
}

/** Messages of one author within this time stand under one name. */
export const GROUP_MS = 5 * 60_000

/** The rows to draw, from top to bottom. Rows of messages that did not change are the same objects as before. */
export function timelineRows(input: RowsInput): readonly TimelineRow[] {
  const { me, newLine } = input
  const rows: TimelineRow[] = []
  let place = TOP
  let lineDrawn = newLine === undefined
  for (const message of input.messages) {
    const next = step(place, message.sender.id, message.timestamp)
    if (next.day) rows.push(next.day)
    const line = !lineDrawn && newLine !== undefined && message.seq > newLine.after
    if (line) {
      rows.push({ kind: 'newLine', key: 'new', count: newLine.count })
      lineDrawn = true
    }
    rows.push(messageRow(message, line || next.first, me))
    place = next
  }
  for (const entry of input.outgoing) {
    const next = step(place, me, entry.createdAt)
    if (next.day) rows.push(next.day)
    rows.push({ kind: 'outgoing', key: `own:${entry.clientMessageId}`, entry, first: next.first })
    place = next
  }
  return rows
}

/** Where one is from top to bottom: the last author and time, and when the next day begins. */
type Place = { readonly author: UserId; readonly at: UnixMs; readonly dayEnd: UnixMs }

type Step = Place & { readonly first: boolean; readonly day: TimelineRow | undefined }

const TOP: Place = { author: '', at: 0, dayEnd: Number.NEGATIVE_INFINITY }

/** The clocks of server and device may differ: a day that passed does not start again. */
function step(place: Place, author: UserId, at: UnixMs): Step {
  const starts = at >= place.dayEnd
  const first = starts || author !== place.author || at - place.at >= GROUP_MS
  if (!starts) return { author, at, dayEnd: place.dayEnd, first, day: undefined }
  const dayEnd = nextMidnight(at)
  return { author, at, dayEnd, first, day: { kind: 'day', key: `day:${dayEnd}`, at } }
}

type MessageRow = Extract<TimelineRow, { kind: 'message' }>

const known = new WeakMap<Message, MessageRow>()

function messageRow(message: Message, first: boolean, me: UserId): MessageRow {
  const mine = message.sender.id === me
  const before = known.get(message)
  if (before && before.first === first && before.mine === mine) return before
  const key = mine && message.clientMessageId !== undefined ? `own:${message.clientMessageId}` : message.id
  const row: MessageRow = { kind: 'message', key, message, first, mine }
  known.set(message, row)
  return row
}

/** When the next day begins in local time; days of 23 and 25 hours included. */
function nextMidnight(at: UnixMs): UnixMs {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime()
}
