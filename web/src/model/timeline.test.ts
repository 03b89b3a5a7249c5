import fc from 'fast-check'
import { expect, test } from 'vitest'
import { message, messages } from '../testing/samples'
import { refOf } from '../testing/simServer'
import type { Timeline } from './timeline'
import {
  addMessages,
  addPage,
  anchorAt,
  anchorAtEnd,
  emptyTimeline,
  findMessage,
  hasAfter,
  hasBefore,
  KEPT_MESSAGES,
  latestUpTo,
  renameInTimeline,
  shownRun,
  trimTimeline,
} from './timeline'

const numbers = (timeline: Timeline) => shownRun(timeline).map((one) => one.number)
const bounds = (timeline: Timeline) => timeline.runs.map((run) => [run[0]?.number, run.at(-1)?.number])
const holed = addMessages(addMessages(emptyTimeline, messages(1, 5)), messages(20, 25))

test('messages that follow each other make one run', () => {
  expect(bounds(addMessages(addMessages(emptyTimeline, messages(4, 6)), messages(7, 9)))).toEqual([[4, 9]])
})

test('the end is shown until one jumps', () => {
  expect(bounds(holed)).toEqual([
    [1, 5],
    [20, 25],
  ])
  expect(numbers(holed)).toEqual([20, 21, 22, 23, 24, 25])
  expect(numbers(anchorAt(holed, message(3)))).toEqual([1, 2, 3, 4, 5])
  expect(numbers(anchorAtEnd(anchorAt(holed, message(3))))).toEqual([20, 21, 22, 23, 24, 25])
})

test('a page that closes a hole joins both sides, and the place stays', () => {
  const joined = addMessages(anchorAt(holed, message(3)), messages(5, 20))
  expect(bounds(joined)).toEqual([[1, 25]])
  expect(joined.anchor).toBe(3)
})

test('there is more before until the first message, and after until the last', () => {
  expect([hasBefore(holed, 25), hasAfter(holed, 25)]).toEqual([true, false])
  const early = anchorAt(holed, message(3))
  expect([hasBefore(early, 25), hasAfter(early, 25)]).toEqual([false, true])
  expect([hasBefore(emptyTimeline, 0), hasBefore(emptyTimeline, 3)]).toEqual([false, true])
})

test('the server may say that nothing older can be read', () => {
  const page = { items: messages(10, 12), hasBefore: false, hasAfter: true }
  expect(hasBefore(addPage(emptyTimeline, page), 12)).toBe(false)
})

test('a message is found by its place, and the one before a place too', () => {
  expect(findMessage(holed, 22)?.number).toBe(21)
  expect(findMessage(holed, 10)).toBeUndefined()
  expect(latestUpTo(holed, 10)?.number).toBe(5)
})

test('a room that left the screen keeps its end', () => {
  const long = anchorAt(addMessages(holed, messages(400, 900)), message(3))
  expect(bounds(trimTimeline(long))).toEqual([[901 - KEPT_MESSAGES, 900]])
  expect(trimTimeline(long).anchor).toBeUndefined()
})

test('a new name shows at every message of its bearer and leaves others alone', () => {
  const user = { ...refOf('ann'), displayName: 'Ann B.' }
  expect(shownRun(renameInTimeline(holed, user))[0]?.sender).toEqual(user)
  expect(renameInTimeline(holed, refOf('bob'))).toBe(holed)
})

test('whatever pages come, in whatever order, every message is there once and ascending', () => {
  const page = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 15 }))
  fc.assert(
    fc.property(fc.array(page, { maxLength: 20 }), (pages) => {
      const timeline = pages.reduce(
        (before, [from, more]) => addMessages(before, messages(from, from + more)),
        emptyTimeline,
      )
      const expected = new Set(pages.flatMap(([from, more]) => messages(from, from + more).map((one) => one.number)))
      const all = timeline.runs.flat().map((one) => one.number)
      expect(all).toEqual([...expected].sort((a, b) => a - b))
      for (const [index, [first]] of bounds(timeline).entries()) {
        const before = bounds(timeline)[index - 1]?.[1]
        expect(before === undefined || (first ?? 0) > before + 1).toBe(true)
      }
    }),
  )
})
