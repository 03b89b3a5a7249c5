import { expect, test } from 'vitest'
import { hueOf, initialsOf } from './avatar'

test('initials are of the first and the last word', () => {
  expect(initialsOf('Ada Maria Moreau')).toBe('AM')
  expect(initialsOf('ada')).toBe('A')
})

test('an emoji stays whole', () => {
  expect(initialsOf('👩‍🚀 Zed')).toBe('👩‍🚀Z')
})

test('a name of marks alone has something to show', () => {
  expect(initialsOf('___')).toBe('?')
})

test('the colour of a person does not change', () => {
  expect(hueOf('01a20157')).toBe(hueOf('01a20157'))
  expect(hueOf('anything')).toBeLessThan(12)
})
