import type { Api } from '../api/rest'
import type { Grant, SessionChange, SessionControl } from '../api/session'
import type { Tabs } from '../lib/tabs'
import { onlyTab } from '../lib/tabs'
import type { OutboxMessage } from '../realtime/core'
import type { Client } from '../realtime/createClient'
import { createClient } from '../realtime/createClient'
import type { LocalCopies } from '../realtime/localCopy'
import { createLocalCopies } from '../realtime/localCopy'
import type { ChatStore } from '../realtime/store'
import { createChatStore } from '../realtime/store'
import type { ManualClock } from './manualClock'
import type { SimSocket } from './simNetwork'
import { createSimSocket } from './simNetwork'
import type { SimServer } from './simServer'

/** A whole client of one user on a simulated network and a clock that a test moves. */
export type SimClient = {
  readonly client: Client
  readonly store: ChatStore
  readonly socket: SimSocket
  readonly copies: LocalCopies
  readonly session: SimSession
  readonly reports: readonly string[]
  /** Waits until the local copy has written what it was given. */
  readonly written: () => Promise<void>
}

/** A login session that is granted from the start. */
export type SimSession = SessionControl & { readonly tell: (change: SessionChange) => void }

/** What a test may choose. */
export type SimOptions = {
  readonly server: SimServer
  readonly clock: ManualClock
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly tabs?: Tabs<OutboxMessage>
  readonly hidden?: () => boolean
}

/** A client of `userId` that has not started. Storage and IndexedDB are what survives it. */
export function createSimClient(userId: string, options: SimOptions): SimClient {
  const { server, clock, storage } = options
  const store = createChatStore()
  const socket = createSimSocket(server)
  const reports: string[] = []
  const copies = createLocalCopies(clock.now, (reason) => reports.push(reason))
  const session = simSession(grantOf(server, userId))
  const client = createClient({
    store,
    session,
    api: simHistory(server),
    socket,
    clock,
    tabs: options.tabs ?? onlyTab(),
    copies,
    storage,
    device: {
      online: () => true,
      hidden: options.hidden ?? (() => false),
      onChange: () => () => {},
      wipeCaches: async () => {},
    },
    random: () => 0.5,
    report: (reason) => reports.push(reason),
  })
  return { client, store, socket, copies, session, reports, written: async () => void (await copies.outbox()) }
}

/** A token that does not run out. */
export function grantOf(server: SimServer, userId: string): Grant {
  return { accessToken: userId, expiresAt: Number.MAX_SAFE_INTEGER, me: server.me(userId) }
}

/** What survives a kill besides IndexedDB. */
export function memoryStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}

function simSession(start: Grant): SimSession {
  let grant: Grant | undefined = start
  const listeners = new Set<(change: SessionChange) => void>()
  const tell = (change: SessionChange) => {
    grant = change.kind === 'granted' ? change.grant : undefined
    for (const hear of listeners) hear(change)
  }
  const resume = async () => {
    if (grant) tell({ kind: 'granted', grant })
    return grant
  }
  const unused = async () => {
    throw new Error('The simulation logs nobody in.')
  }
  return {
    resume,
    renew: resume,
    token: async () => grant?.accessToken,
    grant: () => grant,
    logIn: unused,
    register: unused,
    setUp: unused,
    ask: unused,
    logOut: async () => tell({ kind: 'ended' }),
    end: (reason) => tell({ kind: 'ended', ...(reason ? { reason } : {}) }),
    subscribe: (hear) => {
      listeners.add(hear)
      return () => listeners.delete(hear)
    },
    tell,
  }
}

function simHistory(server: SimServer): Pick<Api, 'messages'> {
  return {
    messages: async (roomId, range, limit = 50) => {
      const all = server.messagesOf(roomId)
      const from = startOf(
        range,
        all.map((message) => message.seq),
        limit,
      )
      const items = all.slice(from.start, from.end)
      return { items, hasBefore: from.start > 0, hasAfter: from.end < all.length }
    },
  }
}

function startOf(range: Parameters<Api['messages']>[1], seqs: readonly number[], limit: number) {
  if ('before' in range) {
    const end = seqs.filter((seq) => seq < range.before).length
    return { start: Math.max(0, end - limit), end }
  }
  if ('after' in range) {
    const start = seqs.filter((seq) => seq <= range.after).length
    return { start, end: Math.min(seqs.length, start + limit) }
  }
  const middle = 'around' in range ? seqs.filter((seq) => seq < range.around).length : seqs.length
  const start = Math.max(0, middle - Math.floor(limit / 2))
  return { start, end: Math.min(seqs.length, start + limit) }
}
