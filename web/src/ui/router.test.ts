import { expect, test } from 'vitest'
import { match } from './router'

test('a pattern gives its holes', () => {
  expect(match('/r/:room/:seq?', '/r/abc/12')).toEqual({ room: 'abc', seq: '12' })
})

test('an optional hole may be absent', () => {
  expect(match('/r/:room/:seq?', '/r/abc')).toEqual({ room: 'abc' })
})

test('a longer path does not match', () => {
  expect(match('/r/:room', '/r/abc/12')).toBeNull()
})

test('a segment that cannot be decoded matches nothing', () => {
  expect(match('/r/:room', '/r/%E0%A4%A')).toBeNull()
})

test('a fixed segment must be the same', () => {
  expect(match('/login', '/logins')).toBeNull()
})
