import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyTimeline, shownRun } from '../model/timeline'
import { manualClock } from '../testing/manualClock'
import type { SimClient } from '../testing/simClient'
import { createSimClient, memoryStorage } from '../testing/simClient'
import type { SimServer } from '../testing/simServer'
import { createSimServer } from '../testing/simServer'

/**
 * Three people write in two rooms over a network that breaks, loses, repeats and reorders, on machines that are
 * killed. Afterwards everything heals and everyone must see the same: every message once, in order.
 */

const PEOPLE = ['ann', 'bob', 'cyd'] as const
const ROOMS = ['hall', 'yard'] as const
type Person = (typeof PEOPLE)[number]

const STEPS = [
  'send',
  'up',
  'down',
  'break',
  'kill',
  'double',
  'swap',
  'lose',
  'wait',
  'refuse',
  'join',
  'read',
] as const
type Step = { readonly step: (typeof STEPS)[number]; readonly who: Person; readonly room: (typeof ROOMS)[number] }

class World {
  readonly clock = manualClock()
  readonly server: SimServer = createSimServer(this.clock.now)
  readonly clients = new Map<Person, SimClient>()
  readonly storages = new Map(PEOPLE.map((who) => [who, memoryStorage()]))
  readonly written = new Map<string, string[]>()

  async begin() {
    for (const who of PEOPLE) this.server.addUser(who)
    for (const room of ROOMS) this.server.addRoom(room, 'ann')
    this.server.join('hall', 'bob')
    this.server.join('hall', 'cyd')
    this.server.join('yard', 'bob')
    for (const who of PEOPLE) await this.boot(who)
  }

  async boot(who: Person) {
    const storage = this.storages.get(who) ?? memoryStorage()
    const sim = createSimClient(who, { server: this.server, clock: this.clock, storage })
    this.clients.set(who, sim)
    await sim.client.start()
    await sim.written()
    sim.client.openRoom('hall')
    await settle(sim)
  }

  of(who: Person): SimClient {
    const sim = this.clients.get(who)
    if (!sim) throw new Error(`${who} has no client`)
    return sim
  }

  async kill(who: Person) {
    const sim = this.of(who)
    sim.socket.hear({ connected() {}, refused() {}, dropped() {}, incoming() {} })
    sim.socket.close()
    sim.copies.close()
    await this.boot(who)
  }

  async take({ step, who, room }: Step) {
    const sim = this.of(who)
    const { socket, client } = sim
    if (step === 'send') await this.send(who, room)
    else if (step === 'up') socket.accept() || socket.carryUp()
    else if (step === 'down') socket.carryDown()
    else if (step === 'break') socket.breakLink()
    else if (step === 'kill') await this.kill(who)
    else if (step === 'double') socket.duplicateDown()
    else if (step === 'swap') socket.swapDown()
    else if (step === 'lose') socket.loseDown()
    else if (step === 'wait') this.clock.advance(5_000)
    else if (step === 'refuse')
      this.server.refuseNext({ code: 'rate_limited', message: 'Slow down.', temporary: true, retryAfterMs: 700 })
    else if (step === 'read') client.markRead(room, sim.store.getState().chat.summaries[room]?.seq ?? 0)
    else client.openRoom(room)
    await settle(this.of(who))
  }

  async send(who: Person, room: string) {
    const sim = this.of(who)
    const key = `${who} ${room}`
    const texts = this.written.get(key) ?? []
    const text = `${key} ${texts.length + 1}`
    if (sim.client.sendMessage(room, text) === undefined) return
    this.written.set(key, [...texts, text])
    await sim.written()
  }

  async heal() {
    for (let round = 0, rested = false; round < 400; round += 1) {
      let moved = false
      for (const { socket } of this.clients.values()) {
        while (socket.accept() || socket.carryUp() || socket.carryDown()) moved = true
      }
      for (const sim of this.clients.values()) await settle(sim)
      const quiet = !moved && this.isQuiet()
      if (quiet && rested) return
      rested = quiet
      // What waits for the next frame or write comes too.
      if (quiet) this.clock.advance(2_000)
      else if (!moved) this.clock.advance(this.clock.untilNext() ?? 0)
      for (const sim of this.clients.values()) await settle(sim)
    }
    throw new Error(
      `It does not come to rest: ${JSON.stringify([...this.clients.values()].map(({ store, socket, reports }) => [store.getState().connection, store.getState().session.kind, store.getState().chat.outbox, store.getState().chat.ahead, socket.isOpen(), reports]))} ${this.clock.untilNext()}`,
    )
  }

  isQuiet(): boolean {
    return [...this.clients.values()].every(({ store }) => {
      const { chat, connection } = store.getState()
      return connection.kind === 'live' && chat.outbox.every((entry) => entry.state.kind === 'failed')
    })
  }
}

/** Lets promises and IndexedDB run until the local copy rests. */
async function settle(sim: SimClient) {
  await sim.written()
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve()
}

const step: fc.Arbitrary<Step> = fc.record({
  step: fc.oneof(
    { arbitrary: fc.constantFrom('up', 'down'), weight: 8 },
    { arbitrary: fc.constantFrom('send'), weight: 3 },
    { arbitrary: fc.constantFrom(...STEPS), weight: 4 },
  ) as fc.Arbitrary<Step['step']>,
  who: fc.constantFrom(...PEOPLE),
  room: fc.constantFrom(...ROOMS),
})

test('every message arrives once and in order, whatever breaks', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 250, size: 'max' }), async (steps) => {
      Dexie.dependencies.indexedDB = new IDBFactory()
      Dexie.dependencies.IDBKeyRange = IDBKeyRange
      const world = new World()
      await world.begin()
      for (const one of steps) await world.take(one)
      for (const who of PEOPLE) world.of(who).client.openRoom('hall')
      for (const who of PEOPLE) world.of(who).socket.breakLink()
      await world.heal()

      const contents = (room: string) => world.server.messagesOf(room).map((message) => message.content)
      for (const [key, texts] of world.written) {
        const [who = '', room = ''] = key.split(' ')
        const failed = world
          .of(who as Person)
          .store.getState()
          .chat.outbox.filter((entry) => entry.roomId === room)
        const lost = new Set(failed.map((entry) => entry.content))
        expect(contents(room).filter((text) => text.startsWith(`${key} `))).toEqual(
          texts.filter((text) => !lost.has(text)),
        )
      }
      for (const who of PEOPLE) {
        const { chat } = world.of(who).store.getState()
        const { presence: _, ...room } = world.server.snapshot('hall', who)
        expect(chat.rooms.hall).toEqual(room)
        expect(chat.summaries.hall).toEqual(world.server.summary('hall', who))
        const shown = shownRun(chat.timelines.hall ?? emptyTimeline).map((message) => message.content)
        expect(shown.length).toBeGreaterThanOrEqual(Math.min(50, contents('hall').length))
        expect(shown).toEqual(contents('hall').slice(contents('hall').length - shown.length))
      }
    }),
    { numRuns: Number(process.env.HEARTH_RUNS ?? 40) },
  )
})
