import { expect, test } from 'vitest'
import { timelineRows } from '../../model/rows'
import { me, messages } from '../../testing/samples'
import { countAfter, isPrepended, lastSeqOf } from './rows'

const rowsOf = (from: number, to: number) =>
  timelineRows({ messages: messages(from, to), outgoing: [], me: 'nobody', newLine: undefined })

test('older messages above keep the distance from the end', () => {
  expect(isPrepended(rowsOf(11, 20), rowsOf(1, 20))).toBe(true)
})

test('newer messages below do not', () => {
  expect(isPrepended(rowsOf(1, 10), rowsOf(1, 11))).toBe(false)
})

test('another window is neither', () => {
  expect(isPrepended(rowsOf(1, 10), rowsOf(50, 90))).toBe(false)
})

test('only messages of others after the seen one count as new', () => {
  const all = messages(1, 4)
  const mine = all.map((one, index) => (index === 3 ? { ...one, sender: { ...one.sender, id: me.id } } : one))
  const rows = timelineRows({ messages: mine, outgoing: [], me: me.id, newLine: undefined })
  const second = all[1]?.seq ?? 0
  expect(countAfter(rows, second)).toBe(all[2]?.sender.id === me.id ? 0 : 1)
  expect(lastSeqOf(rows)).toBe(all[3]?.seq)
})
