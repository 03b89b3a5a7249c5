import { expect, test } from 'vitest'
import { parseAppearance } from './appearance'

test('nothing stored is the preset', () => {
  expect(parseAppearance(null)).toEqual({ theme: 'system', density: 'comfortable', railWidth: 272, railHidden: false })
})

test('what is not of the right form counts as not chosen', () => {
  expect(parseAppearance('{"theme":"neon","railWidth":"wide"}')).toEqual(parseAppearance(null))
  expect(parseAppearance('null')).toEqual(parseAppearance(null))
  expect(parseAppearance('{')).toEqual(parseAppearance(null))
})

test('the rail keeps a useful width', () => {
  expect(parseAppearance('{"railWidth":9000}').railWidth).toBe(340)
  expect(parseAppearance('{"railWidth":1}').railWidth).toBe(240)
})
