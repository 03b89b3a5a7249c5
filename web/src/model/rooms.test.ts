import { expect, test } from 'vitest'
import { hall, message, summary } from '../testing/samples'
import { refOf } from '../testing/simServer'
import { compose, markRefused } from './outbox'
import type { RoomsInput } from './rooms'
import { newLineOf, roomRows, unreadOf } from './rooms'

const yard = summary(0, { room: { ...hall, id: 'yard', name: 'The yard', createdAt: 2_000_000_000_000 } })
const input = (change: Partial<RoomsInput> = {}): RoomsInput => ({
  chat: { summaries: { hall: summary(3), yard }, outbox: [] },
  presence: {},
  drafts: {},
  reads: {},
  ...change,
})

test('the room with the latest activity comes first', () => {
  expect(roomRows(input()).map((row) => row.id)).toEqual(['yard', 'hall'])
})

test('unread is what came after the read cursor, also one the server has yet to hear of', () => {
  expect(unreadOf(summary(3), undefined)).toBe(3)
  expect(unreadOf(summary(3), { readSeq: 3, readNumber: 2 })).toBe(1)
  expect(unreadOf(summary(3, { readSeq: 9, readNumber: 8 }), undefined)).toBe(0)
})

test('a direct room bears the name and presence of the other person', () => {
  const direct = summary(0, {
    room: { ...hall, type: 'direct', name: '' },
    peer: refOf('ann'),
    peerPresence: { online: true },
  })
  const told = roomRows(input({ chat: { summaries: { hall: direct }, outbox: [] } }))[0]
  expect([told?.title, told?.peerPresence]).toEqual(['ann', { online: true }])
  const heard = roomRows(
    input({ chat: { summaries: { hall: direct }, outbox: [] }, presence: { ann: { online: false } } }),
  )[0]
  expect(heard?.peerPresence).toEqual({ online: false })
})

test('drafts and failed messages show at their room', () => {
  const written = compose([], { clientMessageId: 'c1', roomId: 'hall', content: 'x', createdAt: 1 })
  const outbox = markRefused(written, 'c1', {
    refusal: { code: 'forbidden', message: 'No.', temporary: false },
    now: 1,
  })
  const rows = roomRows(input({ chat: { summaries: { hall: summary(), yard }, outbox }, drafts: { yard: 'hm' } }))
  expect(rows.map((row) => [row.id, row.failed, row.draft])).toEqual([
    ['yard', 0, 'hm'],
    ['hall', 1, ''],
  ])
})

test('a row that did not change stays the same object', () => {
  const before = roomRows(input())
  const next = input({ chat: { summaries: { hall: summary(4), yard }, outbox: [] } })
  const after = roomRows(next, before)
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
  expect(roomRows(next, after)).toBe(after)
})

test('the line stands behind the read cursor, and nowhere when all is read', () => {
  expect(newLineOf(summary(3, { readSeq: 2, readNumber: 1 }), undefined)).toEqual({ after: 2, count: 2 })
  expect(newLineOf(summary(3), { readSeq: message(3).seq, readNumber: 3 })).toBeUndefined()
})
