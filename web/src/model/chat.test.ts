import { expect, test } from 'vitest'
import type { DurableEvent } from '../protocol/parse'
import { message, messages, snapshot, summary, userSnapshot } from '../testing/samples'
import { refOf } from '../testing/simServer'
import { cursorsToAsk, foldSync, giveUpGaps } from './catchUp'
import type { Chat } from './chat'
import { cursorOf, emptyChat, foldEvents, foldSnapshot, hasGaps } from './chat'
import { compose, markSaved } from './outbox'
import { shownRun } from './timeline'

const said = (number: number): DurableEvent => ({ event: 'receive_message', data: message(number) })
const start = foldSync(emptyChat, { user: userSnapshot(), streams: {} })
const opened = foldSnapshot(start, snapshot())
const numbers = (chat: Chat) =>
  shownRun(chat.timelines.hall ?? { runs: [], anchor: undefined, focus: undefined, oldest: 1 }).map((one) => one.number)
const draft = { clientMessageId: 'c1', roomId: 'hall', content: 'mine', createdAt: 5 }
const composed = { ...opened, outbox: compose([], draft) }
const savedEvent: DurableEvent = {
  event: 'message_saved',
  data: { clientMessageId: 'c1', id: 'm1', seq: 2, number: 1, roomId: 'hall', timestamp: 9 },
}

test('a message reaches the list, the room and the timeline', () => {
  const chat = foldEvents(opened, [said(1)])
  expect(chat.summaries.hall).toEqual(summary(1))
  expect(chat.rooms.hall).toEqual({ ...opened.rooms.hall, seq: 2, lastNumber: 1, messages: messages(1, 1) })
  expect(numbers(chat)).toEqual([1])
})

test('an event that comes twice counts once', () => {
  const once = foldEvents(opened, [said(1)])
  expect(foldEvents(once, [said(1)])).toEqual(once)
})

test('an event after a gap waits for the one before it', () => {
  const early = foldEvents(opened, [said(2)])
  expect(early.summaries.hall).toEqual(summary())
  expect(hasGaps(early)).toBe(true)
  const filled = foldEvents(early, [said(1)])
  expect(hasGaps(filled)).toBe(false)
  expect(numbers(filled)).toEqual([1, 2])
})

test('a page of sync is followed by what arrived meanwhile', () => {
  const early = foldEvents(opened, [said(3), said(4)])
  const chat = foldSync(early, { streams: { hall: { events: [said(1), said(2)], head: 3, more: false } } })
  expect(numbers(chat)).toEqual([1, 2, 3, 4])
  expect(hasGaps(chat)).toBe(false)
})

test('a page that tells of more leaves the stream behind', () => {
  const chat = foldSync(opened, { streams: { hall: { events: [said(1)], head: 3, more: true } } })
  expect(hasGaps(chat)).toBe(true)
  expect(hasGaps(foldSync(chat, { streams: { hall: { events: [said(2)], head: 3, more: false } } }))).toBe(false)
})

test('events of a room wait until the room is added', () => {
  const alone = foldSync(emptyChat, { user: userSnapshot([]), streams: {} })
  const early = foldEvents(alone, [said(1)])
  expect(hasGaps(early)).toBe(false)
  const chat = foldEvents(early, [{ event: 'room_added', data: { userSeq: 2, room: summary() } }])
  expect(chat.summaries.hall).toEqual(summary(1))
})

test('an event that this client does not know still counts', () => {
  const chat = foldEvents(opened, [{ event: 'unknown', data: { roomId: 'hall', seq: 2 } }])
  expect(cursorOf(chat, 'hall')).toBe(2)
  expect(hasGaps(foldEvents(chat, [{ event: 'receive_message', data: message(1, { seq: 3 }) }]))).toBe(false)
})

test('an own message stands in the room as soon as it is saved', () => {
  const chat = foldEvents(composed, [savedEvent])
  expect(chat.outbox).toEqual([])
  expect(chat.rooms.hall?.messages).toEqual([
    {
      id: 'm1',
      seq: 2,
      number: 1,
      roomId: 'hall',
      content: 'mine',
      type: 'text',
      sender: refOf('me'),
      timestamp: 9,
      clientMessageId: 'c1',
    },
  ])
  expect(chat.summaries.hall).toMatchObject({ readSeq: 2, readNumber: 1 })
})

test('an own message of which the content is forgotten is asked for', () => {
  const chat = foldEvents(opened, [savedEvent])
  expect(cursorOf(chat, 'hall')).toBe(1)
  expect(hasGaps(chat)).toBe(true)
})

test('an own message that comes by another tab leaves the outbox', () => {
  const mine = message(1, { sender: refOf('me'), clientMessageId: 'c1' })
  expect(foldEvents(composed, [{ event: 'receive_message', data: mine }]).outbox).toEqual([])
})

test('a key that somebody else used removes nothing', () => {
  const theirs = message(1, { clientMessageId: 'c1' })
  expect(foldEvents(composed, [{ event: 'receive_message', data: theirs }]).outbox).toHaveLength(1)
})

test('a saved message behind the head is settled by a snapshot', () => {
  const saved = { ...opened, outbox: markSaved(composed.outbox, 'c1', 2) }
  expect(foldSnapshot({ ...saved, outdated: { hall: true } }, snapshot(60)).outbox).toEqual([])
})

test('a snapshot older than what is folded changes nothing', () => {
  const chat = foldEvents(opened, [said(1), said(2)])
  expect(foldSnapshot(chat, snapshot(1)).rooms.hall).toEqual(chat.rooms.hall)
})

test('a list that is further than the opened room asks from the room', () => {
  const chat = foldSync(opened, { user: userSnapshot([summary(3)]), streams: {} })
  expect(hasGaps(chat)).toBe(true)
  expect(cursorsToAsk(chat, 'gaps')).toEqual({ me: 1, hall: 1 })
  const caughtUp = foldSync(chat, { streams: { hall: { events: [said(1), said(2), said(3)], head: 4, more: false } } })
  expect(hasGaps(caughtUp)).toBe(false)
  expect(caughtUp.summaries.hall).toEqual(summary(3))
  expect(numbers(caughtUp)).toEqual([1, 2, 3])
})

test('a reset leaves a hole in the timeline and asks for a snapshot', () => {
  const old = foldEvents(opened, [said(1)])
  const reset = foldSync(old, {
    streams: { hall: { events: [], head: 101, more: false, reset: true, summary: summary(100) } },
  })
  expect(reset.outdated).toEqual({ hall: true })
  const fresh = foldSnapshot(reset, snapshot(100))
  expect(fresh.timelines.hall?.runs.map((run) => run.length)).toEqual([1, 50])
  expect(hasGaps(fresh)).toBe(false)
})

test('a server that was set back makes the client forget what never happened', () => {
  const far = foldEvents(opened, [said(1), said(2), said(3)])
  const reset = foldSync(far, {
    streams: { hall: { events: [], head: 2, more: false, reset: true, summary: summary(1) } },
  })
  expect(numbers(foldSnapshot(reset, snapshot(1)))).toEqual([1])
})

test('a stream that is gone is forgotten, unsent messages excepted', () => {
  const chat = foldSync(composed, { streams: { hall: { events: [], head: 0, more: false, gone: true } } })
  expect([chat.summaries, chat.rooms, chat.timelines]).toEqual([{}, {}, {}])
  expect(chat.outbox).toHaveLength(1)
})

test('a room that the new list lacks is forgotten', () => {
  expect(foldSync(opened, { user: userSnapshot([]), streams: {} }).rooms).toEqual({})
})

test('a read cursor moves in the list and in the room, and never back', () => {
  const moved = (userSeq: number, readSeq: number, readNumber: number): DurableEvent => ({
    event: 'read_cursor_moved',
    data: { userSeq, roomId: 'hall', readSeq, readNumber },
  })
  const chat = foldEvents(opened, [said(1), said(2), moved(2, 3, 2), moved(3, 2, 1)])
  expect(chat.summaries.hall).toMatchObject({ readSeq: 3, readNumber: 2 })
  expect(chat.rooms.hall).toMatchObject({ readSeq: 3, readNumber: 2 })
  expect(chat.userSeq).toBe(3)
})

test('a gap that the server cannot fill is given up', () => {
  const chat = foldEvents(opened, [said(9)])
  expect(hasGaps(giveUpGaps(chat))).toBe(false)
})

test('a retried message that is long in the room leaves the outbox', () => {
  const behind = { ...foldEvents(opened, [said(1), said(2)]), outbox: composed.outbox }
  expect(foldEvents(behind, [savedEvent]).outbox).toEqual([])
})
