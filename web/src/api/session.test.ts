import { expect, test } from 'vitest'
import type { Tabs } from '../lib/tabs'
import { onlyTab } from '../lib/tabs'
import type { Tokens } from '../protocol/generated'
import { manualClock } from '../testing/manualClock'
import { me } from '../testing/samples'
import { memoryStorage } from '../testing/simClient'
import { Refused, Unreachable } from './refused'
import type { SessionChange, SessionMessage, SessionPorts } from './session'
import { createSession } from './session'

type Asked = { readonly path: string; readonly token: string | null; readonly key: string | null }
type Answer = Response | 'lost'

/** A session against answers that a test gives, in order; without one left, a refresh grants the next token. */
function scene(change: Partial<SessionPorts> = {}) {
  const clock = manualClock()
  const asked: Asked[] = []
  const answers: Answer[] = []
  let granted = 0
  const session = createSession({
    http: {
      origin: 'http://hearth.test',
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers)
        const path = String(input).replace('http://hearth.test/api/v1', '')
        asked.push({ path, token: headers.get('authorization'), key: headers.get('idempotency-key') })
        const answer = answers.shift()
        if (answer === 'lost') throw new TypeError('network')
        granted += answer ? 0 : 1
        return answer ?? json(200, tokens(`access ${granted}`))
      },
    },
    clock,
    tabs: onlyTab(),
    storage: memoryStorage(),
    refreshToken: 'cookie',
    ...change,
  })
  const changes: SessionChange['kind'][] = []
  session.subscribe((what) => changes.push(what.kind))
  return { session, clock, asked, answers, changes }
}

const tokens = (accessToken: string): Tokens => ({ accessToken, refreshToken: 'r', expiresIn: 900, user: me })
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
const unauthenticated = () =>
  json(401, {
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    detail: 'Log in first.',
    code: 'unauthenticated',
    requestId: '1',
  })

/** Lets what is waiting go on until the clock has something to ring. */
async function ripple() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

test('many who need a token ask the server once', async () => {
  const { session, asked } = scene()
  expect(await Promise.all([session.token(), session.token(), session.resume()])).toMatchObject([
    'access 1',
    'access 1',
    {},
  ])
  expect(asked.map((one) => one.path)).toEqual(['/auth/refresh'])
})

test('a token is used until shortly before it runs out', async () => {
  const { session, clock, asked } = scene()
  await session.token()
  clock.advance(869_000)
  expect(await session.token()).toBe('access 1')
  clock.advance(2_000)
  expect(await session.token()).toBe('access 2')
  expect(asked).toHaveLength(2)
})

test('a refresh whose answer is lost is repeated under the same key', async () => {
  const { session, clock, asked, answers } = scene()
  answers.push('lost', 'lost')
  const token = session.token()
  for (let turn = 0; turn < 3; turn += 1) {
    await ripple()
    clock.advance(1_000)
  }
  expect(await token).toBe('access 1')
  expect(new Set(asked.map((one) => one.key)).size).toBe(1)
  expect(asked).toHaveLength(3)
})

test('a page that is opened while a refresh was under way goes on with its key', async () => {
  const storage = memoryStorage()
  const [before, after] = [scene({ storage }), scene({ storage })]
  before.answers.push('lost')
  void before.session.token()
  await ripple()
  await after.session.token()
  await after.session.renew('access 1')
  expect(after.asked.map((one) => one.key === before.asked[0]?.key)).toEqual([true, false])
})

test('a server that cannot be reached logs nobody out', async () => {
  const { session, clock, answers, changes } = scene()
  answers.push('lost', 'lost', 'lost', 'lost')
  const token = session.token().catch((error: unknown) => error)
  for (let turn = 0; turn < 5; turn += 1) {
    await ripple()
    clock.advance(4_000)
  }
  expect(await token).toBeInstanceOf(Unreachable)
  expect(changes).toEqual([])
})

test('a busy server logs nobody out either', async () => {
  const { session, answers } = scene()
  answers.push(json(503, { code: 'unavailable', detail: 'Starting.', status: 503 }))
  await expect(session.token()).rejects.toBeInstanceOf(Unreachable)
})

test('a refused refresh ends the session', async () => {
  const { session, answers, changes } = scene()
  await session.token()
  answers.push(unauthenticated())
  expect(await session.renew('access 1')).toBeUndefined()
  expect([session.grant(), changes]).toEqual([undefined, ['granted', 'ended']])
})

test('a request whose token is refused is asked again with a new one, once', async () => {
  const { session, asked, answers } = scene()
  await session.token()
  answers.push(unauthenticated())
  answers.push(json(200, tokens('access 2')))
  answers.push(json(200, { name: 'Hearth' }))
  expect(await session.ask({ method: 'GET', path: '/site' })).toEqual({ name: 'Hearth' })
  expect(asked.slice(1).map((one) => [one.path, one.token])).toEqual([
    ['/site', 'Bearer access 1'],
    ['/auth/refresh', null],
    ['/site', 'Bearer access 2'],
  ])
})

test('a refused form tells what is wrong with which field', async () => {
  const { session, answers } = scene()
  answers.push(json(422, { code: 'invalid', detail: 'Look again.', fields: { username: 'Too short.' }, status: 422 }))
  const refused = await session
    .register({ username: 'a', email: 'a@b', password: 'x' })
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Refused)
  expect((refused as Refused).fields).toEqual({ username: 'Too short.' })
})

test('other tabs get the token, and the end', async () => {
  const [left, right] = [twoTabs<SessionMessage>(), twoTabs<SessionMessage>()]
  left.other = right
  right.other = left
  const [here, there] = [scene({ tabs: left.tabs }), scene({ tabs: right.tabs })]
  await here.session.token()
  expect(await there.session.token()).toBe('access 1')
  here.answers.push(new Response(null, { status: 204 }))
  await here.session.logOut()
  expect([there.changes, there.asked]).toEqual([['granted', 'ended'], []])
})

test('who logs out while the server is away stays logged in', async () => {
  const { session, answers } = scene()
  await session.token()
  answers.push('lost')
  await expect(session.logOut()).rejects.toBeInstanceOf(Unreachable)
  expect(session.grant()?.accessToken).toBe('access 1')
})

function twoTabs<Message>() {
  let hears: (message: Message) => void = () => {}
  const end: { tabs: Tabs<Message>; other?: { hear: (message: Message) => void }; hear: (message: Message) => void } = {
    hear: (message) => hears(message),
    tabs: {
      ...onlyTab<Message>(),
      post: (message) => end.other?.hear(message),
      listen: (hear) => {
        hears = hear
        return () => {}
      },
    },
  }
  return end
}
