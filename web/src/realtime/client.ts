import { createApi } from '../api/rest'
import type { SessionMessage } from '../api/session'
import { createSession } from '../api/session'
import { systemClock } from '../lib/clock'
import { browserTabs, onlyTab } from '../lib/tabs'
import type { OutboxMessage } from './core'
import { createClient } from './createClient'
import { browserDevice, browserStorage } from './device'
import { createLocalCopies } from './localCopy'
import { createSocket } from './socket'
import { chatStore } from './store'

/** The client of this page. Nothing happens before `client.start()`. */

const report = (reason: string) => console.warn(`hearth: ${reason}`)
const inBrowser = typeof window !== 'undefined'

/** The login session of this page: log in and out with it. */
export const session = createSession({
  http: { origin: '', fetch: (input, init) => fetch(input, init) },
  clock: systemClock,
  tabs: inBrowser ? browserTabs<SessionMessage>('hearth.session') : onlyTab(),
  storage: browserStorage(),
  refreshToken: 'cookie',
})

/** The REST routes, as the person who is logged in. */
export const api = createApi(session.ask)

/** The live data's one writer. */
export const client = createClient({
  store: chatStore,
  session,
  api,
  socket: createSocket(''),
  clock: systemClock,
  tabs: inBrowser ? browserTabs<OutboxMessage>('hearth.outbox') : onlyTab(),
  copies: createLocalCopies(() => Date.now(), report),
  storage: browserStorage(),
  device: browserDevice(),
  random: Math.random,
  report,
})
