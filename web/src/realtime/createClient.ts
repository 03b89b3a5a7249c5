import { createAlarm } from '../lib/alarm'
import type { CatchUpScope } from '../model/catchUp'
import { hasGaps } from '../model/chat'
import type { Link } from '../model/connection'
import { expireTyping, nobodyTypes, typingTimeout } from '../model/typing'
import type { ClientMessageId, RoomId, Seq } from '../protocol/generated'
import type { Incoming } from '../protocol/parse'
import type { ClientPorts } from './core'
import { setIn } from './core'
import { createInbox } from './inbox'
import type { Arrival } from './incoming'
import { drawNewLine, takeArrivals } from './incoming'
import { createKeeper } from './keeper'
import { createLifecycle } from './lifecycle'
import { createLinkDriver } from './linkDriver'
import { createOpener } from './opener'
import { createOutboxRunner } from './outboxRunner'
import { createPager } from './pager'
import { createReader } from './reader'
import { CommandRefused } from './socket'
import { createSyncer } from './syncer'
import { createTypist } from './typist'

/**
 * What a person does, beyond plain requests (`api`) and log-in (`session`). None of these throws or waits for the
 * server: the store shows the outcome at once, and what follows from it later.
 */
export type Client = {
  /** Shows the local copy, asks who is logged in, and connects. */
  readonly start: () => Promise<void>
  /** Lets go of everything, as when the page is closed. */
  readonly stop: () => Promise<void>
  /** Loads a room and keeps it up to date; `useRoom` calls it. */
  readonly openRoom: (roomId: RoomId) => void
  /** Shows the message at once and sends it when possible. Returns its key; undefined when it is empty or too long. */
  readonly sendMessage: (roomId: RoomId, text: string) => ClientMessageId | undefined
  /** Sends a failed message again. */
  readonly retry: (id: ClientMessageId) => void
  /** Forgets a failed or waiting message. */
  readonly discard: (id: ClientMessageId) => void
  /** A key was pressed in the composer. */
  readonly typing: (roomId: RoomId) => void
  /** The composer was emptied or left. */
  readonly stopTyping: () => void
  /** Everything up to `seq` was seen: call while the room is visible and at its end. */
  readonly markRead: (roomId: RoomId, seq: Seq) => void
  /** Keeps what stands in the composer, on this device. */
  readonly setDraft: (roomId: RoomId, text: string) => void
  /** Tries to connect now instead of at `retryAt`. */
  readonly reconnectNow: () => void
  readonly loadBefore: (roomId: RoomId) => void
  readonly loadAfter: (roomId: RoomId) => void
  readonly jumpTo: (roomId: RoomId, seq: Seq) => void
  readonly jumpToEnd: (roomId: RoomId) => void
}

/** A client that has not started. */
export function createClient(ports: ClientPorts): Client {
  const { store, socket, clock, device, tabs } = ports
  const outbox = createOutboxRunner(ports)
  const pager = createPager(ports)
  const reader = createReader(ports)
  const typist = createTypist(ports)
  const keeper = createKeeper(ports)

  const syncer = createSyncer(ports, (before, after) => {
    const { newLines } = drawNewLine(before, after, opener.current())
    return { newLines }
  })
  const opener = createOpener(ports, syncer)

  const inbox = createInbox<Arrival>(clock, (arrivals) => {
    const scene = { now: clock.now(), hidden: device.hidden(), current: opener.current() }
    store.setState(takeArrivals(store.getState(), arrivals, scene))
  })

  let syncing = false
  const fold = async (scope: CatchUpScope) => {
    if (syncing) return
    syncing = true
    try {
      await syncer.catchUp(scope)
      syncing = false
      link.input({ kind: 'caughtUp' })
    } catch (error) {
      syncing = false
      if (error instanceof CommandRefused && error.refusal.temporary) {
        clock.after(error.refusal.retryAfterMs ?? 1_000, () => isUp(link.link()) && void fold(scope))
        return
      }
      ports.report(`sync: ${String(error)}`)
      link.input({ kind: 'dropped' })
    }
  }

  const link = createLinkDriver(ports, (before, after) => {
    if (!isUp(before) && isUp(after)) connected()
    if (isUp(before) && !isUp(after)) disconnected()
    if (before.phase.kind !== 'live' && after.phase.kind === 'live') {
      outbox.resume()
      reader.resume()
      opener.live()
    }
    if (before.phase.kind !== 'ended' && after.phase.kind === 'ended') ports.session.end(after.phase.reason)
  })

  const connected = () => {
    opener.connected()
    store.setState({ presence: {}, typing: nobodyTypes })
    void fold('everything')
  }

  const disconnected = () => {
    inbox.flush()
    outbox.pause()
    typist.sent()
    store.setState({ typing: nobodyTypes })
  }

  const incoming = (what: Incoming) => {
    switch (what.kind) {
      case 'durable':
      case 'signal':
        inbox.put(what)
        break
      case 'goodbye':
        inbox.flush()
        link.input({ kind: 'goodbye', goodbye: what.goodbye })
        break
      case 'malformed':
        ports.report(what.reason)
        void fold('gaps')
        break
      default:
        break
    }
  }

  socket.hear({
    connected: () => link.input({ kind: 'connected' }),
    refused: () => link.input({ kind: 'refused' }),
    dropped: () => link.input({ kind: 'dropped' }),
    incoming,
  })

  const typingAlarm = createAlarm(clock, () =>
    store.setState((state) => ({ typing: expireTyping(state.typing, clock.now()) })),
  )
  store.subscribe((state, before) => {
    if (state.typing !== before.typing) typingAlarm.set(typingTimeout(state.typing))
    if (state.chat !== before.chat && link.link().phase.kind === 'live' && hasGaps(state.chat)) void fold('gaps')
  })

  const setDraft = (roomId: RoomId, text: string) => setIn(store, 'drafts', roomId, text === '' ? undefined : text)
  tabs.listen((message) => {
    if (message.kind === 'draft' && message.userId === store.getState().chat.me?.id)
      setDraft(message.roomId, message.text)
  })

  const lifecycle = createLifecycle(ports, { link, outbox, inbox, opener, keeper })
  return {
    start: lifecycle.start,
    stop: lifecycle.stop,
    openRoom: opener.open,
    sendMessage: (roomId, text) => {
      typist.sent()
      return outbox.send(roomId, text)
    },
    retry: outbox.retry,
    discard: outbox.discard,
    typing: typist.press,
    stopTyping: typist.stop,
    markRead: reader.markRead,
    setDraft: (roomId, text) => {
      setDraft(roomId, text)
      const userId = store.getState().chat.me?.id
      if (userId !== undefined) tabs.post({ kind: 'draft', userId, roomId, text })
    },
    reconnectNow: lifecycle.hurry,
    loadBefore: pager.loadBefore,
    loadAfter: pager.loadAfter,
    jumpTo: pager.jumpTo,
    jumpToEnd: pager.jumpToEnd,
  }
}

function isUp({ phase }: Link): boolean {
  return phase.kind === 'catchingUp' || phase.kind === 'live'
}
