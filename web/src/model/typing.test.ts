import { expect, test } from 'vitest'
import type { Signal } from '../protocol/generated'
import { mergePresence, reducePresence } from './presence'
import { expireTyping, LONGEST_TYPING_MS, nobodyTypes, reduceTyping, stopTyping, typingTimeout } from './typing'
import type { OwnTyping } from './typingSender'
import { DEBOUNCE_MS, IDLE_MS, ownTypingTimeout, passTime, pressKey, REPEAT_MS, stopOwnTyping } from './typingSender'

const starts = (userId: string): Signal => ({
  event: 'user_typing',
  data: { roomId: 'hall', userId, username: userId },
})
const annTypes = reduceTyping(nobodyTypes, starts('ann'), 0)
const told: OwnTyping = { roomId: 'hall', since: 0, lastKeyAt: 0, toldAt: 0 }

test('who starts is there once, and gone when they stop', () => {
  const both = reduceTyping(reduceTyping(annTypes, starts('bob'), 1), starts('ann'), 2)
  expect(both.hall?.map((typist) => typist.userId)).toEqual(['bob', 'ann'])
  const one = reduceTyping(both, { event: 'user_stop_typing', data: { roomId: 'hall', userId: 'bob' } }, 3)
  expect(one.hall?.map((typist) => typist.userId)).toEqual(['ann'])
  expect(stopTyping(one, { roomId: 'hall', userId: 'ann' })).toEqual(nobodyTypes)
})

test('who is never heard of again stops in the end', () => {
  expect(typingTimeout(annTypes)).toBe(LONGEST_TYPING_MS)
  expect(expireTyping(annTypes, LONGEST_TYPING_MS - 1)).toBe(annTypes)
  expect(expireTyping(annTypes, LONGEST_TYPING_MS)).toEqual(nobodyTypes)
})

test('a key pressed by mistake is not told at once', () => {
  const pressed = pressKey(undefined, 'hall', 0)
  expect(pressed.commands).toEqual([])
  expect(ownTypingTimeout(pressed.typing)).toBe(DEBOUNCE_MS)
  expect(passTime(pressed.typing, DEBOUNCE_MS).commands).toEqual([{ command: 'typing', roomId: 'hall' }])
})

test('who goes on is told again before the server forgets', () => {
  expect(pressKey(told, 'hall', REPEAT_MS - 1).commands).toEqual([])
  expect(pressKey(told, 'hall', REPEAT_MS).commands).toEqual([{ command: 'typing', roomId: 'hall' }])
})

test('who pauses has stopped', () => {
  expect(ownTypingTimeout(told)).toBe(IDLE_MS)
  expect(passTime(told, IDLE_MS)).toEqual({ typing: undefined, commands: [{ command: 'stop_typing', roomId: 'hall' }] })
})

test('who never was announced need not be called off', () => {
  expect(stopOwnTyping({ ...told, toldAt: undefined }).commands).toEqual([])
})

test('who goes to another room stops in the first', () => {
  expect(pressKey(told, 'yard', 1).commands).toEqual([{ command: 'stop_typing', roomId: 'hall' }])
})

test('presence follows signals, and a snapshot knows better', () => {
  const here = reducePresence({}, { event: 'user_connected', data: { userId: 'ann' } })
  const gone = reducePresence(here, { event: 'user_disconnected', data: { userId: 'ann', lastSeen: 7 } })
  expect([here, gone]).toEqual([{ ann: { online: true } }, { ann: { online: false, lastSeen: 7 } }])
  expect(mergePresence(gone, { ann: { online: true } })).toEqual(here)
})
