import { expect, test } from 'vitest'
import { message, messages } from '../testing/samples'
import { refOf } from '../testing/simServer'
import { compose } from './outbox'
import type { RowsInput, TimelineRow } from './rows'
import { GROUP_MS, timelineRows } from './rows'

const noon = new Date(2026, 4, 5, 12).getTime()
const at = (number: number, timestamp: number, sender = 'ann') => message(number, { timestamp, sender: refOf(sender) })
const rowsOf = (input: Partial<RowsInput>) =>
  timelineRows({ messages: [], outgoing: [], me: 'me', newLine: undefined, ...input })
const shape = (rows: readonly TimelineRow[]) =>
  rows.map((row) =>
    row.kind === 'message' || row.kind === 'outgoing' ? `${row.kind}${row.first ? '!' : ''}` : row.kind,
  )

test('messages of one author within five minutes stand under one name', () => {
  const input = [at(1, noon), at(2, noon + GROUP_MS - 1), at(3, noon + 2 * GROUP_MS), at(4, noon + 2 * GROUP_MS, 'bob')]
  expect(shape(rowsOf({ messages: input }))).toEqual(['day', 'message!', 'message', 'message!', 'message!'])
})

test('every day begins with a divider', () => {
  const midnight = new Date(2026, 4, 6).getTime()
  expect(shape(rowsOf({ messages: [at(1, midnight - 1_000), at(2, midnight + 1_000)] }))).toEqual([
    'day',
    'message!',
    'day',
    'message!',
  ])
})

test('the line stands above the first message that was not read, and begins a group', () => {
  const rows = rowsOf({ messages: [at(1, noon), at(2, noon)], newLine: { after: 2, count: 1 } })
  expect(shape(rows)).toEqual(['day', 'message!', 'newLine', 'message!'])
})

test('outgoing messages stand at the end, under the own name', () => {
  const outgoing = compose([], { clientMessageId: 'c1', roomId: 'hall', content: 'mine', createdAt: noon + 1 })
  const rows = rowsOf({ messages: [at(1, noon, 'me')], outgoing })
  expect(shape(rows)).toEqual(['day', 'message!', 'outgoing'])
})

test('a message keeps its key when it goes from the outbox into the room', () => {
  const outgoing = compose([], { clientMessageId: 'c1', roomId: 'hall', content: 'mine', createdAt: noon })
  const before = rowsOf({ outgoing }).at(-1)
  const after = rowsOf({ messages: [{ ...at(1, noon, 'me'), clientMessageId: 'c1' }] }).at(-1)
  expect(after?.key).toBe(before?.key)
})

test('two people who use the same key have different rows', () => {
  const mine = { ...at(1, noon, 'me'), clientMessageId: 'c1' }
  const theirs = { ...at(2, noon, 'ann'), clientMessageId: 'c1' }
  const keys = rowsOf({ messages: [mine, theirs] }).map((row) => row.key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('rows that stay the same are the same objects', () => {
  const known = messages(1, 3)
  const before = rowsOf({ messages: known })
  const after = rowsOf({ messages: [...known, message(4)] })
  expect(after[2]).toBe(before[2])
})
