import type { Api } from '../api/rest'
import { createApi } from '../api/rest'
import type { SessionControl } from '../api/session'
import { createSession } from '../api/session'
import { systemClock } from '../lib/clock'
import { onlyTab } from '../lib/tabs'
import type { Client } from '../realtime/createClient'
import { createClient } from '../realtime/createClient'
import { createLocalCopies } from '../realtime/localCopy'
import { createSocket } from '../realtime/socket'
import type { ChatState, ChatStore } from '../realtime/store'
import { createChatStore } from '../realtime/store'
import type { memoryStorage } from './simClient'

/** The whole client without a browser, against a real server. */
export type RealClient = {
  readonly client: Client
  readonly session: SessionControl
  readonly api: Api
  readonly store: ChatStore
  readonly reports: readonly string[]
  /** Waits until the store is so. */
  readonly until: <T>(what: string, look: (state: ChatState) => T | undefined | false) => Promise<T>
}

/** What lives longer than a page: the storage, the session cookie, and IndexedDB, which is global. */
export type Machine = {
  readonly url: string
  readonly storage: ReturnType<typeof memoryStorage>
  session?: SessionControl
}

/** How long the store may take to become as expected. */
const PATIENCE_MS = 10_000

/** A page that is opened on a machine. The session of the machine goes on. */
export function openPage(machine: Machine): RealClient {
  const store = createChatStore()
  const reports: string[] = []
  const report = (reason: string) => void reports.push(reason)
  const session =
    machine.session ??
    createSession({
      http: { origin: machine.url, fetch: (input, init) => fetch(input, init) },
      clock: systemClock,
      tabs: onlyTab(),
      storage: machine.storage,
      refreshToken: 'memory',
    })
  machine.session = session
  const api = createApi(session.ask)
  const client = createClient({
    store,
    session,
    api,
    socket: createSocket(machine.url),
    clock: systemClock,
    tabs: onlyTab(),
    copies: createLocalCopies(() => Date.now(), report),
    storage: machine.storage,
    device: { online: () => true, hidden: () => false, onChange: () => () => {}, wipeCaches: async () => {} },
    random: Math.random,
    report,
  })
  return { client, session, api, store, reports, until: (what, look) => until(store, what, look) }
}

/** Resolves as soon as `look` finds something in the store. */
function until<T>(store: ChatStore, what: string, look: (state: ChatState) => T | undefined | false): Promise<T> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const found = look(store.getState())
      if (found === undefined || found === false) return
      clearTimeout(timer)
      stop()
      resolve(found)
    }
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`Not in time: ${what}. Connection: ${JSON.stringify(store.getState().connection)}`))
    }, PATIENCE_MS)
    const stop = store.subscribe(check)
    check()
  })
}
