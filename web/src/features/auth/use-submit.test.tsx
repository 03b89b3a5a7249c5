// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Refused, Unreachable } from '../../api/refused'
import { explain, useSubmit } from '../../ui/use-submit'

afterEach(cleanup)

const limited = new Refused({ code: 'rate_limited', message: 'Slow down.', temporary: true, retryAfterMs: 1500 }, 429)

test('a limit says how long to wait', () => {
  expect(explain(limited).message).toBe('Too many tries. Wait 2 seconds, then try again.')
})

test('a refusal keeps what it says of fields', () => {
  const refusal = { code: 'invalid', message: 'No.', temporary: false, fields: { name: 'Too long.' } } as const
  expect(explain(new Refused(refusal, 422))).toEqual({ message: 'No.', fields: { name: 'Too long.' } })
})

test('no answer is told as such', () => {
  expect(explain(new Unreachable(undefined)).message).toMatch(/^Couldn't reach the server/)
})

test('a second press while the first is under way does nothing', async () => {
  let release = () => {}
  const waiting = new Promise<void>((resolve) => {
    release = resolve
  })
  let sent = 0
  const request = () => {
    sent += 1
    return waiting
  }
  const { result } = renderHook(() => useSubmit())

  await act(async () => {
    const first = result.current.run(request)
    expect(await result.current.run(request)).toBe(false)
    release()
    expect(await first).toBe(true)
  })

  expect(sent).toBe(1)
})
