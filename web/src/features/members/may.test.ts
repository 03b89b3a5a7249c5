import { expect, test } from 'vitest'
import { mayRemove, rolesToGive } from './may'

test('a moderator removes members and nobody above', () => {
  expect(mayRemove('moderator', 'member')).toBe(true)
  expect(mayRemove('moderator', 'moderator')).toBe(false)
  expect(mayRemove('moderator', 'owner')).toBe(false)
})

test('a member removes nobody', () => {
  expect(mayRemove('member', 'member')).toBe(false)
})

test('an admin gives the roles below their own', () => {
  expect(rolesToGive('admin', 'member')).toEqual(['moderator'])
  expect(rolesToGive('admin', 'moderator')).toEqual(['member'])
})

test('an admin changes no other admin', () => {
  expect(rolesToGive('admin', 'admin')).toEqual([])
})

test('the owner may hand the room over', () => {
  expect(rolesToGive('owner', 'member')).toEqual(['owner', 'admin', 'moderator'])
})
