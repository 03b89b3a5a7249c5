import { expect, test } from 'vitest'
import type { Goodbye } from '../protocol/generated'
import type { Link, LinkInput } from './connection'
import { CONNECT_MS, idleLink, linkStatus, linkTimeout, stepLink } from './connection'

const moment = { now: 1_000, random: 1 }
const run = (link: Link, ...inputs: LinkInput[]) =>
  inputs.reduce((step, input) => stepLink(step.link, input, moment), { link, effects: [] as readonly string[] })
const live = run(idleLink, { kind: 'start' }, { kind: 'connected' }, { kind: 'caughtUp' }).link
const bye = (goodbye: Partial<Goodbye>): LinkInput => ({
  kind: 'goodbye',
  goodbye: { code: 'shutting_down', message: '', temporary: true, ...goodbye },
})

test('it connects, catches up and is live', () => {
  expect(run(idleLink, { kind: 'start' }).effects).toEqual(['connect'])
  expect(linkStatus(live, true)).toEqual({ kind: 'live' })
})

test('the first loss is not called offline, the second is, with the time of the next try', () => {
  const once = run(live, { kind: 'dropped' })
  expect(once.effects).toEqual(['disconnect'])
  expect(linkStatus(once.link, true)).toEqual({ kind: 'stale' })
  const twice = run(once.link, { kind: 'wake' }, { kind: 'dropped' }).link
  expect(linkStatus(twice, true)).toEqual({ kind: 'offline', retryAt: 2_000 })
})

test('waits grow up to half a minute and spread by chance', () => {
  const failed = Array.from({ length: 12 }).reduce<Link>(
    (link) => run(link, { kind: 'wake' }, { kind: 'dropped' }).link,
    run(live, { kind: 'dropped' }).link,
  )
  expect(linkTimeout(failed)).toBe(31_000)
  const lucky = stepLink(live, { kind: 'dropped' }, { now: 1_000, random: 0 }).link
  expect(linkTimeout(lucky)).toBe(1_250)
})

test('being live again forgets earlier failures', () => {
  const again = run(live, { kind: 'dropped' }, { kind: 'wake' }, { kind: 'connected' }, { kind: 'caughtUp' })
  expect(again.link).toEqual(live)
})

test('a try that takes too long is given up', () => {
  const connecting = run(idleLink, { kind: 'start' }).link
  expect(linkTimeout(connecting)).toBe(1_000 + CONNECT_MS)
  const early = stepLink(connecting, { kind: 'wake' }, moment)
  expect(early.link).toBe(connecting)
  const late = stepLink(connecting, { kind: 'wake' }, { now: 1_000 + CONNECT_MS, random: 1 })
  expect([late.link.phase.kind, late.effects]).toEqual(['waiting', ['disconnect']])
})

test('a refused token is renewed once; refused again it waits', () => {
  const refused = run(idleLink, { kind: 'start' }, { kind: 'refused' })
  expect(refused.effects).toEqual(['disconnect', 'renew'])
  const renewed = run(refused.link, { kind: 'renewed' })
  expect(renewed.effects).toEqual(['connect'])
  expect(run(renewed.link, { kind: 'refused' }).link.phase.kind).toBe('waiting')
})

test('a server that restarts names when to come back', () => {
  const step = run(live, bye({ reconnectAfterMs: 4_200 }))
  expect([linkTimeout(step.link), step.effects]).toEqual([5_200, ['disconnect']])
})

test('an expired token is renewed at once', () => {
  expect(run(live, bye({ code: 'token_expired', temporary: false })).effects).toEqual(['disconnect', 'renew'])
})

test('a login session that ended stays away', () => {
  const over = run(live, bye({ code: 'session_ended', temporary: false })).link
  expect(linkStatus(over, true)).toEqual({ kind: 'loggedOut', reason: 'session_ended' })
  expect(linkTimeout(over)).toBeUndefined()
  expect(run(over, { kind: 'dropped' }, { kind: 'wake' }).effects).toEqual([])
})

test('a device without a network says no time', () => {
  expect(linkStatus(run(live, { kind: 'dropped' }).link, false)).toEqual({ kind: 'offline' })
})
