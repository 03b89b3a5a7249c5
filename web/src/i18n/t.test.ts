import { afterEach, expect, test } from 'vitest'
import { formatAgo, formatDay } from './format'
import { pseudo, showPseudo } from './pseudo'
import { setCatalogue, t } from './t'

afterEach(() => setCatalogue('en', {}))

test('a hole is filled with its value', () => {
  expect(t('login.title', { site: 'The Mill' })).toBe('Log in to The Mill')
})

test('one and many are told apart', () => {
  expect(t('room.membersCount', { count: 1 })).toBe('1 member')
  expect(t('room.membersCount', { count: 2 })).toBe('2 members')
})

test('a value that looks like a hole is not filled again', () => {
  expect(t('login.title', { site: '{site}' })).toBe('Log in to {site}')
})

test('the pseudo-language keeps the holes', () => {
  expect(pseudo('Hi {name}')).toContain('{name}')
})

test('another catalogue replaces every string', () => {
  showPseudo()
  expect(t('action.save')).toMatch(/^⟦.*⟧$/)
})

test('days are told as people tell them', () => {
  const now = new Date(2026, 7, 12, 9).getTime()
  expect(formatDay(new Date(2026, 7, 12, 0, 5).getTime(), now)).toBe('Today')
  expect(formatDay(new Date(2026, 7, 11, 23, 55).getTime(), now)).toBe('Yesterday')
})

test('a clock that is ahead gives no future', () => {
  expect(formatAgo(2_000, 1_000)).toBe('just now')
})
