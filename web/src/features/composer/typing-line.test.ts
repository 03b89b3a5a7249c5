import { expect, test } from 'vitest'
import { typingText } from './typing-line'

test('nobody is no text', () => {
  expect(typingText([])).toBe('')
})

test('one and two are named, more are several', () => {
  expect(typingText(['Ada'])).toBe('Ada is typing')
  expect(typingText(['Ada', 'Ben'])).toBe('Ada and Ben are typing')
  expect(typingText(['Ada', 'Ben', 'Chloé'])).toBe('Several people are typing')
})
