import type { Clock } from '../lib/clock'
import { wait } from '../lib/clock'
import { randomId } from '../lib/ids'
import type { Tabs } from '../lib/tabs'
import type { GoodbyeCode, Login, Me, Register, Setup, Tokens, UnixMs } from '../protocol/generated'
import type { HttpOptions, HttpRequest } from './http'
import { ask } from './http'
import { Refused, Unreachable } from './refused'

/** What tabs tell each other about the login session. */
export type SessionMessage =
  | { readonly kind: 'tokens'; readonly grant: Grant }
  | { readonly kind: 'loggedOut'; readonly reason?: GoodbyeCode }

/** A live access token. It is never stored, only held in memory and passed between tabs. */
export type Grant = { readonly accessToken: string; readonly expiresAt: UnixMs; readonly me: Me }

/** What became of the login session. */
export type SessionChange =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'ended'; readonly reason?: GoodbyeCode }

/** What a session needs from outside. */
export type SessionPorts = {
  readonly http: HttpOptions
  readonly clock: Clock
  readonly tabs: Tabs<SessionMessage>
  /** Remembers the key of a refresh that is under way across reloads; holds no secret. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** `memory` is for programs without a cookie jar. */
  readonly refreshToken: 'cookie' | 'memory'
}

/** The login session of this client: its tokens, their renewal, log-in and log-out. */
export type SessionControl = {
  /** Asks the server who is logged in here. Throws `Unreachable` when it cannot be asked. */
  readonly resume: () => Promise<Grant | undefined>
  readonly logIn: (login: Login) => Promise<Me>
  readonly register: (account: Register) => Promise<Me>
  readonly setUp: (setup: Setup) => Promise<Me>
  readonly logOut: () => Promise<void>
  /** The server or another tab ended it: forget the tokens. */
  readonly end: (reason?: GoodbyeCode) => void
  /** A token that is good for a while. Undefined when nobody is logged in. Throws `Unreachable`. */
  readonly token: () => Promise<string | undefined>
  /** A token other than `spent`, which the server refused. */
  readonly renew: (spent: string | undefined) => Promise<Grant | undefined>
  readonly grant: () => Grant | undefined
  /** Asks as the person who is logged in; renews the token once when it is refused. */
  readonly ask: (request: Omit<HttpRequest, 'token'>) => Promise<unknown>
  readonly subscribe: (hear: (change: SessionChange) => void) => () => void
}

/** A token with less left is renewed before use. */
const MIN_LEFT_MS = 30_000
/** How long the server answers a repeated refresh with the same successor. */
const REPEAT_MS = 10_000
/** Waits between tries of one refresh: all within `REPEAT_MS`, so that an answer lost on the way logs nobody out. */
const REFRESH_WAITS_MS = [250, 1_000, 3_000]
const KEY = 'hearth.refresh'

/** A session that knows nothing yet: `resume` or log in. */
export function createSession(ports: SessionPorts): SessionControl {
  let grant: Grant | undefined
  let refreshToken: string | undefined
  let renewal: Promise<Grant | undefined> | undefined
  const listeners = new Set<(change: SessionChange) => void>()

  const tell = (change: SessionChange) => {
    for (const hear of listeners) hear(change)
  }

  const accept = (next: Grant) => {
    grant = next
    tell({ kind: 'granted', grant: next })
  }

  const forget = (reason?: GoodbyeCode) => {
    grant = undefined
    refreshToken = undefined
    tell({ kind: 'ended', ...(reason ? { reason } : {}) })
  }

  const take = (tokens: Tokens): Grant => {
    if (ports.refreshToken === 'memory') refreshToken = tokens.refreshToken
    const next = {
      accessToken: tokens.accessToken,
      expiresAt: ports.clock.now() + tokens.expiresIn * 1_000,
      me: tokens.user,
    }
    accept(next)
    ports.tabs.post({ kind: 'tokens', grant: next })
    return next
  }

  const enter = async (path: string, body: unknown): Promise<Me> => {
    const tokens = (await ask(ports.http, { method: 'POST', path, body })) as Tokens
    return take(tokens).me
  }

  const refresh = async (spent: string | undefined): Promise<Grant | undefined> => {
    // Another tab may have renewed it while this one waited for its turn.
    if (grant && grant.accessToken !== spent && isFresh(grant, ports.clock)) return grant
    if (ports.refreshToken === 'memory' && refreshToken === undefined) return undefined
    try {
      const tokens = await repeatRefresh(ports, refreshToken)
      ports.storage.removeItem(KEY)
      return take(tokens)
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.temporary)
        throw error instanceof Refused ? new Unreachable(error) : error
      ports.storage.removeItem(KEY)
      const hadGrant = grant !== undefined
      forget(hadGrant ? 'session_ended' : undefined)
      if (hadGrant) ports.tabs.post({ kind: 'loggedOut', reason: 'session_ended' })
      return undefined
    }
  }

  const renew = (spent: string | undefined): Promise<Grant | undefined> => {
    renewal ??= ports.tabs
      .exclusive('refresh', () => refresh(spent))
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }

  const token = async (): Promise<string | undefined> => {
    if (grant && isFresh(grant, ports.clock)) return grant.accessToken
    return (await renew(grant?.accessToken))?.accessToken
  }

  const askAsMe = async (request: Omit<HttpRequest, 'token'>): Promise<unknown> => {
    const first = await token()
    try {
      return await ask(ports.http, first === undefined ? request : { ...request, token: first })
    } catch (error) {
      if (first === undefined || !(error instanceof Refused) || error.status !== 401) throw error
      const renewed = await renew(first)
      if (!renewed) throw error
      return ask(ports.http, { ...request, token: renewed.accessToken })
    }
  }

  ports.tabs.listen((message) => {
    if (message.kind === 'tokens') accept(message.grant)
    else if (grant) forget(message.reason)
  })

  return {
    resume: () => renew(grant?.accessToken),
    logIn: (login) => enter('/auth/login', login),
    register: (account) => enter('/auth/register', account),
    setUp: (setup) => enter('/setup', setup),
    logOut: async () => {
      const body = refreshToken === undefined ? {} : { refreshToken }
      const held = grant?.accessToken
      try {
        await ask(ports.http, { method: 'POST', path: '/auth/logout', body, ...(held ? { token: held } : {}) })
      } catch (error) {
        // Already over is as good; unreachable is not: the person must know that the session still lives.
        if (!(error instanceof Refused) || error.status !== 401) throw error
      }
      forget()
      ports.tabs.post({ kind: 'loggedOut' })
    },
    end: (reason) => forget(reason),
    token,
    renew,
    grant: () => grant,
    ask: askAsMe,
    subscribe: (hear) => {
      listeners.add(hear)
      return () => listeners.delete(hear)
    },
  }
}

function isFresh(grant: Grant, clock: Clock): boolean {
  return grant.expiresAt - clock.now() > MIN_LEFT_MS
}

/** One refresh, repeated under one key while its answer does not arrive. */
async function repeatRefresh(ports: SessionPorts, refreshToken: string | undefined): Promise<Tokens> {
  const key = refreshKey(ports)
  const request: HttpRequest = {
    method: 'POST',
    path: '/auth/refresh',
    body: refreshToken === undefined ? {} : { refreshToken },
    headers: { 'Idempotency-Key': key },
  }
  for (const delayMs of REFRESH_WAITS_MS) {
    try {
      return (await ask(ports.http, request)) as Tokens
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      await wait(ports.clock, delayMs)
    }
  }
  return (await ask(ports.http, request)) as Tokens
}

/** The key of the refresh under way; that of another tab or of the page before a reload while its repeat is still answered. */
function refreshKey(ports: SessionPorts): string {
  const now = ports.clock.now()
  const [key, at] = (ports.storage.getItem(KEY) ?? '').split(' ')
  if (key && now - Number(at) < REPEAT_MS) return key
  const fresh = randomId()
  ports.storage.setItem(KEY, `${fresh} ${now}`)
  return fresh
}
