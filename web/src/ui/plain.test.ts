import { expect, test } from 'vitest'
import { isJumbo, isPlain, previewOf } from './plain'

test('ordinary sentences need no Markdown', () => {
  expect(isPlain('Ten is good, see you there!')).toBe(true)
  expect(isPlain('one\ntwo')).toBe(true)
})

test.each([
  '*a*',
  'a `b`',
  '- a',
  '1. a',
  '> a',
  'https://a.b',
  'www.a.b',
  'see a.example',
  'a@b.c',
  'a\n\nb',
  '    a',
  '&amp;',
])('%j may mean something as Markdown', (source) => {
  expect(isPlain(source)).toBe(false)
})

test('up to three emoji stand large, words do not', () => {
  expect(isJumbo('☕️❤️')).toBe(true)
  expect(isJumbo('👩‍🚀')).toBe(true)
  expect(isJumbo('ok ☕️')).toBe(false)
  expect(isJumbo('☕️☕️☕️☕️')).toBe(false)
})

test('a preview is one line of plain words', () => {
  expect(previewOf('**Bold** [link](https://a.b)\nnext')).toBe('Bold link next')
})

test.each(['\n ', '\u2028', '\n \u00a0', '[', '[a](', '[](', 'a [', '1', '\n1', ' ', '```'])(
  'the longest text of %j is looked through at once',
  (part) => {
    const source = part.repeat(Math.ceil(20_000 / part.length)).slice(0, 20_000)
    const started = performance.now()
    isPlain(source)
    previewOf(source)
    // Some milliseconds; what looks back at every step takes seconds.
    expect(performance.now() - started).toBeLessThan(150)
  },
)
