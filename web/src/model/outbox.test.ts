import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Refusal } from '../protocol/generated'
import type { Outbox } from './outbox'
import {
  ANSWER_MS,
  adoptEntries,
  compose,
  discardEntry,
  dueEntries,
  MAX_ATTEMPTS,
  markRefused,
  markSaved,
  markSending,
  outboxTimeout,
  removeEntry,
  resendUnanswered,
  retryEntry,
} from './outbox'

const now = 1_000
const slow: Refusal = { code: 'rate_limited', message: 'Slow down.', temporary: true, retryAfterMs: 700 }
const busy: Refusal = { code: 'unavailable', message: 'Busy.', temporary: true }
const never: Refusal = { code: 'forbidden', message: 'No.', temporary: false }
const write = (outbox: Outbox, id: string, roomId = 'hall') =>
  compose(outbox, { clientMessageId: id, roomId, content: id, createdAt: now })
const two = write(write([], 'a'), 'b')
const due = (outbox: Outbox, at = now) => dueEntries(outbox, at).map((entry) => entry.clientMessageId)
const kinds = (outbox: Outbox) => outbox.map((entry) => entry.state.kind)

test('one message of a room is on its way at a time', () => {
  expect(due(two)).toEqual(['a'])
  expect(due(markSending(two, 'a', now))).toEqual([])
  expect(due(markSaved(markSending(two, 'a', now), 'a', 7))).toEqual(['b'])
})

test('rooms do not wait for each other', () => {
  expect(due(write(two, 'c', 'yard'))).toEqual(['a', 'c'])
})

test('a message refused for now goes again after the wait the server named, before later ones', () => {
  const refused = markRefused(markSending(two, 'a', now), 'a', { refusal: slow, now })
  expect(due(refused)).toEqual([])
  expect(outboxTimeout(refused)).toBe(now + 700)
  expect(due(refused, now + 700)).toEqual(['a'])
})

test('a message refused for good lets the next one go and waits for a decision', () => {
  const refused = markRefused(markSending(two, 'a', now), 'a', { refusal: never, now })
  expect(kinds(refused)).toEqual(['failed', 'pending'])
  expect(due(refused)).toEqual(['b'])
})

test('a retried message goes behind those written since', () => {
  const refused = markRefused(two, 'a', { refusal: never, now })
  const retried = retryEntry(refused, 'a')
  expect(retried.map((entry) => entry.clientMessageId)).toEqual(['b', 'a'])
  expect(adoptEntries([], [...retried].reverse())).toEqual(retried)
})

test('the wait grows with every temporary refusal and ends in a decision', () => {
  const once = markRefused(two, 'a', { refusal: busy, now })
  const twice = markRefused(once, 'a', { refusal: busy, now })
  expect([outboxTimeout(once), outboxTimeout(twice)]).toEqual([now + 500, now + 1_000])
  const often = Array.from({ length: MAX_ATTEMPTS }).reduce<Outbox>(
    (outbox) => markRefused(outbox, 'a', { refusal: busy, now }),
    two,
  )
  expect(kinds(often)).toEqual(['failed', 'pending'])
})

test('a rate limit alone never fails a message', () => {
  const often = Array.from({ length: 50 }).reduce<Outbox>(
    (outbox) => markRefused(outbox, 'a', { refusal: slow, now }),
    two,
  )
  expect(kinds(often)).toEqual(['pending', 'pending'])
})

test('a message without an answer goes again after its deadline', () => {
  const sending = markSending(two, 'a', now)
  expect(outboxTimeout(sending)).toBe(now + ANSWER_MS)
  expect(resendUnanswered(sending, now + ANSWER_MS - 1)).toBe(sending)
  expect(due(resendUnanswered(sending, now + ANSWER_MS))).toEqual(['a'])
})

test('a lost connection sends everything unanswered again', () => {
  expect(kinds(resendUnanswered(markSending(two, 'a', now), 'all'))).toEqual(['pending', 'pending'])
})

test('a late refusal does not undo that a message was saved', () => {
  const saved = markSaved(two, 'a', 7)
  expect(markRefused(saved, 'a', { refusal: never, now })).toEqual(saved)
})

test('what is on its way cannot be discarded', () => {
  const sending = markSending(two, 'a', now)
  expect(discardEntry(sending, 'a')).toBe(sending)
  expect(discardEntry(sending, 'b').map((entry) => entry.clientMessageId)).toEqual(['a'])
})

test('messages of one room are handed over in the order they were written, whatever happens', () => {
  const step = fc.constantFrom('send', 'save', 'refuse', 'lose', 'write')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let outbox: Outbox = []
      let written = 0
      let clock = now
      const saved: number[] = []
      for (const one of steps) {
        clock += 1_000
        const sending = outbox.find((entry) => entry.state.kind === 'sending')
        if (one === 'write') {
          written += 1
          outbox = write(outbox, String(written))
        } else if (one === 'send') {
          for (const entry of dueEntries(outbox, clock)) outbox = markSending(outbox, entry.clientMessageId, clock)
        } else if (one === 'lose') outbox = resendUnanswered(outbox, 'all')
        else if (sending && one === 'refuse')
          outbox = markRefused(outbox, sending.clientMessageId, { refusal: slow, now: clock })
        else if (sending && one === 'save') {
          saved.push(Number(sending.clientMessageId))
          outbox = removeEntry(outbox, sending.clientMessageId)
        }
      }
      expect(saved).toEqual(saved.map((_, index) => index + 1))
    }),
  )
})
