import { expect, test } from 'vitest'
import { checkAccount } from './checks'

const good = { username: 'ada', email: 'ada@example.org', password: 'four plain words' }

test('a good account has no fault', () => {
  expect(checkAccount(good)).toEqual({})
})

test('each fault stands at its field', () => {
  expect(Object.keys(checkAccount({ username: 'a', email: 'ada', password: 'short' }))).toEqual([
    'username',
    'email',
    'password',
  ])
})

test('letters of every script make a username', () => {
  expect(checkAccount({ ...good, username: 'zoë.ρω-1' })).toEqual({})
})

test('spaces and signs make none', () => {
  expect(checkAccount({ ...good, username: 'ada lovelace' }).username).toBeDefined()
  expect(checkAccount({ ...good, username: '-ada' }).username).toBeDefined()
})

test('eight emoji are eight characters', () => {
  expect(checkAccount({ ...good, password: '🪵🪵🪵🪵🪵🪵🪵' }).password).toBeDefined()
})
