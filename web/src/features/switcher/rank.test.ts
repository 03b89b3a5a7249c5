import { expect, test } from 'vitest'
import type { RoomRow } from '../../model/rooms'
import { rankRooms } from './rank'

function row(title: string, unread = 0): RoomRow {
  return {
    id: title,
    type: 'group',
    title,
    topic: '',
    role: 'member',
    unread,
    lastMessage: undefined,
    lastActivityAt: 0,
    peer: undefined,
    peerPresence: undefined,
    draft: '',
    failed: 0,
  }
}

const titles = (rows: readonly RoomRow[]) => rows.map(({ title }) => title)

test('a beginning comes before a word, a word before letters inside', () => {
  const rooms = [row('Launch garden'), row('Begarden'), row('Garden')]
  expect(titles(rankRooms(rooms, 'gar'))).toEqual(['Garden', 'Launch garden', 'Begarden'])
})

test('case and accents do not matter', () => {
  expect(titles(rankRooms([row('Café')], 'CAFE'))).toEqual(['Café'])
})

test('without letters what is unread comes first', () => {
  expect(titles(rankRooms([row('a'), row('b', 2)], ' '))).toEqual(['b', 'a'])
})
