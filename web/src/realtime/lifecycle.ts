import { Unreachable } from '../api/refused'
import type { Grant } from '../api/session'
import { createAlarm } from '../lib/alarm'
import { kept } from '../lib/kept'
import { emptyChat } from '../model/chat'
import { summariesOf } from '../model/user'
import type { GoodbyeCode, Me } from '../protocol/generated'
import type { ClientPorts } from './core'
import type { Inbox } from './inbox'
import type { Arrival } from './incoming'
import type { Keeper } from './keeper'
import type { LinkDriver } from './linkDriver'
import type { RestoredUser } from './localCopy'
import type { Opener } from './opener'
import type { OutboxRunner } from './outboxRunner'
import { initialState } from './store'

/** Who uses the client: from the first moment to log-out. */
export type Lifecycle = {
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Does now what waits for its time. */
  readonly hurry: () => void
}

type Parts = {
  readonly link: LinkDriver
  readonly outbox: OutboxRunner
  readonly inbox: Inbox<Arrival>
  readonly opener: Opener
  readonly keeper: Keeper
}

/** The access token is renewed this long before it runs out. */
const RENEW_BEFORE_MS = 60_000
/** Wait between questions who is logged in, while there is nothing to show. */
const RETRY_MS = 3_000

/** Nobody yet. */
export function createLifecycle(ports: ClientPorts, parts: Parts): Lifecycle {
  const { store, session, copies, storage, clock, socket, device, tabs } = ports
  const { link, inbox, opener, keeper } = parts
  /** The person whose data the store holds. */
  let shown: string | undefined
  /** Entering and leaving happen one after the other. */
  let turn: Promise<void> = Promise.resolve()

  const inTurn = (job: () => Promise<void>): Promise<void> => {
    turn = turn.then(job).catch((error: unknown) => ports.report(String(error)))
    return turn
  }

  const show = (me: Me, { userSeq, summaries, outbox, drafts }: RestoredUser) => {
    shown = me.id
    storage.setItem(kept.user, me.id)
    const chat = { ...emptyChat, me, userSeq, summaries: summariesOf(summaries), outbox }
    store.setState({ ...initialState, session: { kind: 'loggedIn', me }, chat, drafts })
    keeper.resume()
    link.input({ kind: 'start' })
  }

  const enter = async (grant: Grant) => {
    if (shown === grant.me.id) {
      socket.tell('refresh_token', { accessToken: grant.accessToken })
    } else {
      if (shown !== undefined) {
        keeper.pause()
        store.setState(initialState)
        await clear()
      }
      show(grant.me, await copies.open(grant.me.id))
    }
    renewal.set(grant.expiresAt - RENEW_BEFORE_MS)
  }

  /** Nothing of the person stays on the device. Source: docs/security, S33. */
  const clear = async () => {
    shown = undefined
    keeper.pause()
    renewal.set(undefined)
    link.input({ kind: 'stop' })
    inbox.clear()
    opener.reset()
    for (const key of Object.values(kept)) storage.removeItem(key)
    await copies.wipe()
    await device.wipeCaches()
  }

  const leave = async (reason: GoodbyeCode | undefined) => {
    if (store.getState().session.kind === 'loggedOut') return
    const loggedOut = { kind: 'loggedOut' as const, ...(reason ? { reason } : {}) }
    keeper.pause()
    store.setState({ ...initialState, session: loggedOut, connection: loggedOut })
    await clear()
    store.setState({ ...initialState, session: loggedOut, connection: loggedOut })
  }

  const renewal = createAlarm(clock, () => {
    session.renew(session.grant()?.accessToken).catch((error: unknown) => {
      if (!(error instanceof Unreachable)) ports.report(String(error))
      renewal.set(clock.now() + RETRY_MS)
    })
  })

  const ask = async () => {
    try {
      const grant = await session.resume()
      if (!grant) await inTurn(() => leave(undefined))
    } catch (error) {
      if (!(error instanceof Unreachable)) ports.report(String(error))
      if (store.getState().session.kind !== 'booting' && store.getState().session.kind !== 'unreachable') return
      store.setState({ session: { kind: 'unreachable' }, connection: { kind: 'offline' } })
      asking.set(clock.now() + RETRY_MS)
    }
  }
  const asking = createAlarm(clock, () => void ask())

  session.subscribe((change) => {
    void inTurn(() => (change.kind === 'granted' ? enter(change.grant) : leave(change.reason)))
  })

  return {
    hurry: () => {
      if (store.getState().session.kind === 'unreachable') asking.set(clock.now())
      else link.input({ kind: 'wake' })
    },
    start: async () => {
      const userId = storage.getItem(kept.user)
      const restored = userId === null ? undefined : await copies.open(userId)
      if (restored?.me) show(restored.me, restored)
      else await ask()
      await turn
    },
    stop: async () => {
      asking.set(undefined)
      renewal.set(undefined)
      link.stop()
      await turn
      parts.outbox.pause()
      await keeper.flush()
      keeper.pause()
      copies.close()
      tabs.close()
    },
  }
}
