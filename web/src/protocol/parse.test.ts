import fc from 'fast-check'
import { expect, test } from 'vitest'
import { message, summary, userSnapshot } from '../testing/samples'
import { Malformed } from './check'
import { parseIncoming, parseRefusedAck, parseSync } from './parse'

test('a message comes out as it went in, without fields one does not know', () => {
  const data = { ...message(1), sparkle: true }
  expect(parseIncoming('receive_message', data)).toEqual({
    kind: 'durable',
    event: { event: 'receive_message', data: message(1) },
  })
})

test('a field that is missing or of another kind is malformed, and the place is named', () => {
  const { username: _, ...sender } = message(1).sender
  expect(parseIncoming('receive_message', { ...message(1), sender })).toEqual({
    kind: 'malformed',
    reason: 'receive_message: sender.username is not a string',
  })
  expect(parseIncoming('receive_message', { ...message(1), seq: 1.5 })).toMatchObject({ kind: 'malformed' })
})

test('an inherited field is not a field', () => {
  const data = Object.create(message(1))
  expect(parseIncoming('receive_message', data)).toMatchObject({ kind: 'malformed' })
  expect(parseIncoming('toString', {})).toEqual({ kind: 'ignored' })
})

test('an event of a stream that one does not know counts in it', () => {
  const data = { roomId: 'hall', seq: 7, emoji: 'x' }
  expect(parseIncoming('reaction_added', data)).toEqual({
    kind: 'durable',
    event: { event: 'unknown', data: { roomId: 'hall', seq: 7 } },
  })
  expect(parseIncoming('confetti', { a: 1 })).toEqual({ kind: 'ignored' })
})

test('a bad event in a page of sync counts, so that asking again never brings it for ever', () => {
  const bad = { event: 'receive_message', data: { roomId: 'hall', seq: 3, content: 5 } }
  const good = { event: 'receive_message', data: message(1) }
  const answer = parseSync({ streams: { hall: { events: [good, bad], head: 3, more: false } } })
  expect(answer.streams.hall?.events.map((event) => event.event)).toEqual(['receive_message', 'unknown'])
})

test('an answer of sync holds the list and pages', () => {
  const page = { events: [], head: 9, more: false, reset: true, summary: summary(8) }
  expect(parseSync({ user: userSnapshot(), streams: { hall: page } })).toEqual({
    user: userSnapshot(),
    streams: { hall: page },
  })
  expect(() => parseSync({ streams: { hall: { events: [] } } })).toThrow(Malformed)
})

test('a refused ack is told from an answer', () => {
  const refusal = { code: 'rate_limited', message: 'Slow down.', temporary: true, retryAfterMs: 5 }
  expect(parseRefusedAck({ error: refusal })).toEqual(refusal)
  expect(parseRefusedAck({ id: 'm1' })).toBeUndefined()
  expect(parseRefusedAck({ error: 7 })).toMatchObject({ code: 'internal', temporary: true })
})

test('whatever comes, checking it never throws', () => {
  const names = fc.constantFrom(
    'receive_message',
    'message_saved',
    'room_added',
    'user_typing',
    'goodbye',
    'error',
    '__proto__',
    'x',
  )
  fc.assert(
    fc.property(names, fc.anything({ withNullPrototype: true }), (name, data) => {
      expect(['durable', 'signal', 'goodbye', 'error', 'ignored', 'malformed']).toContain(
        parseIncoming(name, data).kind,
      )
    }),
  )
})
