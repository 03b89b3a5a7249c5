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

type Written = { readonly author: UserId; readonly at: UnixMs }

const NOBODY: Written = { author: '', at: 0 }

/** The rows to draw, from top to bottom. Rows of messages that did not change are the same objects as before. */
export function timelineRows(input: RowsInput): readonly TimelineRow[] {
  const { me, newLine } = input
  const rows: TimelineRow[] = []
  let before = NOBODY
  let lineDrawn = newLine === undefined
  for (const message of input.messages) {
    const written = { author: message.sender.id, at: message.timestamp }
    const day = startsDay(before, written.at)
    if (day) rows.push({ kind: 'day', key: `day:${dayOf(written.at)}`, at: written.at })
    const line = !lineDrawn && newLine !== undefined && message.seq > newLine.after
    if (line) {
      rows.push({ kind: 'newLine', key: 'new', count: newLine.count })
      lineDrawn = true
    }
    rows.push(messageRow(message, day || line || !continues(before, written), me))
    before = written
  }
  for (const entry of input.outgoing) {
    const written = { author: me, at: entry.createdAt }
    const day = startsDay(before, written.at)
    if (day) rows.push({ kind: 'day', key: `day:${dayOf(written.at)}`, at: written.at })
    rows.push({
      kind: 'outgoing',
      key: `own:${entry.clientMessageId}`,
      entry,
      first: day || !continues(before, written),
    })
    before = written
  }
  return rows
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

function continues(before: Written, next: Written): boolean {
  return before.author === next.author && next.at - before.at < GROUP_MS
}

/** The clocks of server and device may differ: a day never starts twice. */
function startsDay(before: Written, at: UnixMs): boolean {
  return before === NOBODY || dayOf(at) > dayOf(before.at)
}

/** The day in local time, as a number that grows: 20260131. */
function dayOf(at: UnixMs): number {
  const date = new Date(at)
  return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate()
}
