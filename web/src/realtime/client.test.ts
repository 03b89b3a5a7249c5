import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeEach, expect, test } from 'vitest'
import { kept } from '../lib/kept'
import type { Tabs } from '../lib/tabs'
import { emptyTimeline, hasBefore, shownRun } from '../model/timeline'
import type { ManualClock } from '../testing/manualClock'
import { manualClock } from '../testing/manualClock'
import type { SimClient } from '../testing/simClient'
import { createSimClient, grantOf, memoryStorage } from '../testing/simClient'
import type { SimPeer, SimServer } from '../testing/simServer'
import { createSimServer } from '../testing/simServer'
import { simBrowser } from '../testing/simTabs'
import type { OutboxMessage } from './core'

const LIMITS = { page: 200, reset: 1_000, snapshot: 50 }
const GOODBYE = { message: '', temporary: false }

let clock: ManualClock
let server: SimServer
let storage: ReturnType<typeof memoryStorage>
let hidden = false

beforeEach(() => {
  Dexie.dependencies.indexedDB = new IDBFactory()
  Dexie.dependencies.IDBKeyRange = IDBKeyRange
  clock = manualClock()
  server = createSimServer(clock.now, LIMITS)
  storage = memoryStorage()
  hidden = false
  server.addUser('ann')
  server.addUser('bob')
  server.addRoom('hall', 'ann')
  server.join('hall', 'bob')
})

const bob: SimPeer = { userId: 'bob', emit: () => {} }
const bobSays = (...texts: string[]) => {
  for (const content of texts) server.handle(bob, 'send_message', { roomId: 'hall', content })
}

/** Opens a page of ann's. */
async function page(tabs?: Tabs<OutboxMessage>): Promise<SimClient> {
  const sim = createSimClient('ann', { server, clock, storage, ...(tabs ? { tabs } : {}), hidden: () => hidden })
  await sim.client.start()
  return sim
}

/** Lets frames, promises and the local copy run until nothing moves, without moving the clock. */
async function rest(...sims: SimClient[]) {
  for (let quiet = 0; quiet < 3; quiet += 1) {
    for (const sim of sims) {
      await sim.written()
      while (sim.socket.accept() || sim.socket.carryUp() || sim.socket.carryDown()) quiet = 0
      for (let turn = 0; turn < 12; turn += 1) await Promise.resolve()
    }
  }
}

/** Moves the clock on, and what follows from it. */
async function pass(ms: number, ...sims: SimClient[]) {
  clock.advance(ms)
  await rest(...sims)
}

/** A page with the hall open, live. */
async function livePage(tabs?: Tabs<OutboxMessage>): Promise<SimClient> {
  const sim = await page(tabs)
  sim.client.openRoom('hall')
  await rest(sim)
  await pass(20, sim)
  return sim
}

const shown = (sim: SimClient) => {
  const timeline = sim.store.getState().chat.timelines.hall ?? emptyTimeline
  return shownRun(timeline).map((message) => message.content)
}
const outbox = (sim: SimClient) => sim.store.getState().chat.outbox.map((entry) => [entry.content, entry.state.kind])
const said = () => server.messagesOf('hall').map((message) => message.content)

test('a message shows at once as pending and is saved in its place', async () => {
  const sim = await livePage()
  sim.client.sendMessage('hall', 'hello')
  expect(outbox(sim)).toEqual([['hello', 'sending']])
  await rest(sim)
  await pass(20, sim)
  expect([outbox(sim), shown(sim)]).toEqual([[], ['hello']])
})

test('nothing is sent of a text that cannot be seen or is too long', async () => {
  const sim = await livePage()
  expect(sim.client.sendMessage('hall', ' \n\u0007')).toBeUndefined()
  expect(sim.client.sendMessage('hall', 'x'.repeat(20_001))).toBeUndefined()
  expect(outbox(sim)).toEqual([])
})

test('a refused message can be sent again or given up', async () => {
  const sim = await livePage()
  server.refuseNext({ code: 'forbidden', message: 'Not now.', temporary: false })
  const id = sim.client.sendMessage('hall', 'hello') ?? ''
  await rest(sim)
  expect(outbox(sim)).toEqual([['hello', 'failed']])
  sim.client.retry(id)
  await rest(sim)
  expect(said()).toEqual(['hello'])

  server.refuseNext({ code: 'forbidden', message: 'Not now.', temporary: false })
  const other = sim.client.sendMessage('hall', 'no') ?? ''
  await rest(sim)
  sim.client.discard(other)
  expect(outbox(sim)).toEqual([])
})

test('a page that is opened without a network shows the room, the draft and what is to be sent', async () => {
  bobSays('one', 'two')
  const first = await livePage()
  first.client.setDraft('hall', 'hm')
  first.socket.reachable = false
  first.socket.breakLink()
  first.client.sendMessage('hall', 'later')
  await pass(300, first)
  await first.client.stop()

  const again = await page()
  again.socket.reachable = false
  again.client.openRoom('hall')
  await rest(again)
  expect([shown(again), outbox(again)]).toEqual([['one', 'two'], [['later', 'pending']]])
  expect(again.store.getState()).toMatchObject({
    session: { kind: 'loggedIn' },
    drafts: { hall: 'hm' },
    opened: { hall: 'ready' },
  })

  again.socket.reachable = true
  await pass(60_000, again)
  await pass(20, again)
  expect([said(), outbox(again)]).toEqual([['one', 'two', 'later'], []])
})

test('one tab sends for all of them, and another takes over when it is closed', async () => {
  const browser = simBrowser<OutboxMessage>()
  const [left, right] = [await livePage(browser.openTab()), await livePage(browser.openTab())]
  right.client.sendMessage('hall', 'from the right')
  await rest(left, right)
  await pass(20, left, right)
  expect([said(), outbox(left), outbox(right)]).toEqual([['from the right'], [], []])
  expect(shown(right)).toEqual(['from the right'])

  left.socket.reachable = false
  left.socket.breakLink()
  left.client.sendMessage('hall', 'from the left, offline')
  await rest(left, right)
  await pass(20, right)
  expect([said(), outbox(right)]).toEqual([['from the right', 'from the left, offline'], []])
})

test('a thousand messages at once change the store a few times', async () => {
  const sim = await livePage()
  let changes = 0
  sim.store.subscribe(() => {
    changes += 1
  })
  bobSays(...Array.from({ length: 1_000 }, (_, index) => String(index)))
  while (sim.socket.carryDown()) changes += 0
  await pass(20, sim)
  expect(shown(sim)).toHaveLength(1_000)
  expect(changes).toBeLessThan(10)
})

test('reading is told once for many messages, and again after a lost connection', async () => {
  const sim = await livePage()
  bobSays('one', 'two', 'three')
  await rest(sim)
  await pass(20, sim)
  sim.client.markRead('hall', 3)
  sim.client.markRead('hall', 4)
  sim.client.markRead('hall', 5)
  expect(sim.store.getState().reads.hall).toEqual({ readSeq: 5, readNumber: 3 })
  await pass(0, sim)
  expect(server.summary('hall', 'ann').readNumber).toBe(3)

  await pass(1_000, sim)
  bobSays('four')
  await rest(sim)
  await pass(20, sim)
  sim.socket.breakLink()
  sim.client.markRead('hall', 6)
  await pass(5_000, sim)
  expect(server.summary('hall', 'ann').readNumber).toBe(4)
  expect(sim.store.getState().reads).toEqual({})
})

test('what arrives while nobody looks stands below a line, what one sees arrive does not', async () => {
  const sim = await livePage()
  bobSays('seen')
  await rest(sim)
  await pass(20, sim)
  expect(sim.store.getState().newLines).toEqual({})
  sim.client.markRead('hall', 3)
  await pass(20, sim)
  hidden = true
  bobSays('unseen')
  await rest(sim)
  await pass(20, sim)
  expect(sim.store.getState().newLines.hall).toEqual({ after: 3, count: 1 })
})

test('one can go back to the beginning, and to a place far away', async () => {
  bobSays(...Array.from({ length: 200 }, (_, index) => String(index + 1)))
  const sim = await livePage()
  expect(shown(sim)).toHaveLength(50)
  sim.client.loadBefore('hall')
  await rest(sim)
  expect(shown(sim)[0]).toBe('101')
  sim.client.jumpTo('hall', 12)
  await rest(sim)
  expect(shown(sim)[0]).toBe('1')
  expect(sim.store.getState().chat.timelines.hall?.focus).toBe(12)
  sim.client.jumpToEnd('hall')
  expect(shown(sim)).toHaveLength(100)
  for (let turn = 0; turn < 3; turn += 1) {
    sim.client.loadBefore('hall')
    await rest(sim)
  }
  expect(shown(sim)).toHaveLength(200)
  expect(hasBefore(sim.store.getState().chat.timelines.hall ?? emptyTimeline, 200)).toBe(false)
})

test('a room that is not for one is missing', async () => {
  server.addRoom('vault', 'bob')
  const sim = await livePage()
  sim.client.openRoom('vault')
  await rest(sim)
  expect(sim.store.getState().opened.vault).toBe('missing')
})

test('who is removed from a room loses it at once', async () => {
  const sim = await livePage()
  server.leave('hall', 'ann')
  await rest(sim)
  await pass(20, sim)
  expect(sim.store.getState().chat.summaries).toEqual({})
  expect(sim.store.getState().chat.rooms).toEqual({})
})

test('typing of others ends with their message', async () => {
  const sim = await livePage()
  const peers = { roomId: 'hall', userId: 'bob', username: 'bob' }
  server.announce('user_typing', peers)
  await rest(sim)
  await pass(20, sim)
  expect(sim.store.getState().typing.hall?.map((typist) => typist.userId)).toEqual(['bob'])
  bobSays('done')
  await rest(sim)
  await pass(20, sim)
  expect(sim.store.getState().typing).toEqual({})
})

test('a login session that ends leaves nothing on the device', async () => {
  bobSays('a secret')
  const sim = await livePage()
  await pass(300, sim)
  storage.setItem(kept.lastRoom, 'hall')
  expect(await Dexie.getDatabaseNames()).toEqual(['hearth-ann'])
  server.announce('goodbye', { ...GOODBYE, code: 'session_ended' })
  await rest(sim)
  await sim.client.stop()
  expect(sim.store.getState().session).toEqual({ kind: 'loggedOut', reason: 'session_ended' })
  expect(sim.store.getState().chat.summaries).toEqual({})
  expect(await Dexie.getDatabaseNames()).toEqual([])
  expect(Object.values(kept).map((key) => storage.getItem(key))).toEqual([null, null])
})

test('a message that cannot be read is asked for again and does no harm', async () => {
  const sim = await livePage()
  server.announce('receive_message', { roomId: 'hall', seq: 3 })
  await rest(sim)
  bobSays('fine')
  await rest(sim)
  await pass(20, sim)
  expect(shown(sim)).toEqual(['fine'])
  expect(sim.reports).toHaveLength(1)
})

test('another person who logs in finds nothing of the one before, and can write', async () => {
  const sim = await livePage()
  sim.client.setDraft('hall', 'of ann')
  server.refuseNext({ code: 'forbidden', message: 'No.', temporary: false })
  sim.client.sendMessage('hall', 'of ann too')
  await rest(sim)
  sim.session.tell({ kind: 'granted', grant: grantOf(server, 'bob') })
  await new Promise<void>((resolve) => {
    sim.store.subscribe((state) => state.session.kind === 'loggedIn' && resolve())
  })
  await rest(sim)
  expect(sim.store.getState()).toMatchObject({ session: { me: { id: 'bob' } }, drafts: {}, chat: { outbox: [] } })
  expect(await Dexie.getDatabaseNames()).toEqual(['hearth-bob'])
  sim.client.openRoom('hall')
  sim.client.sendMessage('hall', 'of bob')
  await rest(sim)
  expect(server.messagesOf('hall').map((message) => [message.sender.id, message.content])).toEqual([['bob', 'of bob']])
})

test('a message whose answer was lost with the connection goes again right after the next one', async () => {
  const sim = await livePage()
  sim.client.sendMessage('hall', 'hello')
  sim.socket.carryUp()
  sim.socket.breakLink()
  expect(outbox(sim)).toEqual([['hello', 'pending']])
  await pass(600, sim)
  await pass(20, sim)
  expect([said(), shown(sim), outbox(sim)]).toEqual([['hello'], ['hello'], []])
})
