import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { emptyTimeline, shownRun } from '../model/timeline'
import type { Hearth } from '../testing/hearth'
import { hearth } from '../testing/hearth'
import type { Machine, RealClient } from '../testing/realClient'
import { openPage } from '../testing/realClient'
import { memoryStorage } from '../testing/simClient'
import { databaseName } from './db'
import type { ChatState } from './store'

const binary = process.env.HEARTH_BIN
if (!binary) console.warn('HEARTH_BIN names no hearth binary: the tests against the real server are left out.')

describe.skipIf(!binary)('with a real server', { timeout: 60_000 }, () => {
  let server: Hearth
  const pages: RealClient[] = []

  beforeEach(async () => {
    Dexie.dependencies.indexedDB = new IDBFactory()
    Dexie.dependencies.IDBKeyRange = IDBKeyRange
    server = await hearth(binary ?? '')
    await server.up()
  })

  afterEach(async () => {
    for (const page of pages.splice(0)) await page.client.stop()
    await server.stop()
  })

  const open = (machine: Machine) => {
    const page = openPage(machine)
    pages.push(page)
    return page
  }

  const newcomer = async (username: string): Promise<{ machine: Machine; page: RealClient }> => {
    const machine: Machine = { url: server.url, storage: memoryStorage() }
    const page = open(machine)
    await page.client.start()
    await page.session.register({ username, email: `${username}@example.org`, password: 'a lantern in the hall' })
    await page.until('it is live', (state) => state.connection.kind === 'live')
    return { machine, page }
  }

  const pair = async () => {
    const [ann, bob] = [await newcomer('ann'), await newcomer('bob')]
    const { id } = await ann.page.api.createRoom({ type: 'group', name: 'The hall', members: ['bob'] })
    for (const { page } of [ann, bob]) {
      page.client.openRoom(id)
      await page.until('the room is open', (state) => state.opened[id] === 'ready' && state.chat.summaries[id])
    }
    return { ann, bob, roomId: id }
  }

  const contents = (state: ChatState, roomId: string) =>
    shownRun(state.chat.timelines[roomId] ?? emptyTimeline).map((message) => message.content)

  const shows = (page: RealClient, roomId: string, texts: readonly string[]) =>
    page.until(
      `it shows ${texts.join(', ')}`,
      (state) => JSON.stringify(contents(state, roomId)) === JSON.stringify(texts),
    )

  test('two people write and see the same', async () => {
    const { ann, bob, roomId } = await pair()

    ann.page.client.sendMessage(roomId, 'e\u0301t\u00e9\u0007')
    await shows(bob.page, roomId, ['\u00e9t\u00e9'])
    bob.page.client.sendMessage(roomId, 'two')

    await shows(ann.page, roomId, ['\u00e9t\u00e9', 'two'])
    await shows(bob.page, roomId, ['\u00e9t\u00e9', 'two'])
    expect(ann.page.store.getState().chat.outbox).toEqual([])
    expect([...ann.page.reports, ...bob.page.reports]).toEqual([])
  })

  test('reading, typing and presence reach the other side', async () => {
    const { ann, bob, roomId } = await pair()
    const bobId = bob.page.store.getState().chat.me?.id ?? ''

    bob.page.client.typing(roomId)
    await ann.page.until('bob types', (state) => state.typing[roomId]?.some((typist) => typist.userId === bobId))
    bob.page.client.sendMessage(roomId, 'hello')
    const summary = await ann.page.until('it is unread', ({ chat }) => {
      const found = chat.summaries[roomId]
      return found && found.lastNumber - found.readNumber === 1 && found
    })
    expect(ann.page.store.getState().typing[roomId]).toBeUndefined()
    ann.page.client.markRead(roomId, summary.seq)
    await ann.page.until('it is read', (state) => state.chat.summaries[roomId]?.readNumber === 1)

    expect(ann.page.store.getState().presence[bobId]).toEqual({ online: true })
    await bob.page.client.stop()
    await ann.page.until('bob is gone', (state) => state.presence[bobId]?.online === false)
  })

  test('a power cut loses nothing and repeats nothing', async () => {
    const { ann, bob, roomId } = await pair()
    ann.page.client.sendMessage(roomId, '1')
    await shows(bob.page, roomId, ['1'])

    const written = ann.page.client.sendMessage(roomId, '2')
    await server.kill()
    await ann.page.until('ann knows', (state) => state.connection.kind !== 'live')
    ann.page.client.sendMessage(roomId, '3')
    ann.page.client.sendMessage(roomId, '4')
    await server.up()

    expect(written).toBeDefined()
    await shows(ann.page, roomId, ['1', '2', '3', '4'])
    await shows(bob.page, roomId, ['1', '2', '3', '4'])
    await ann.page.until('nothing is left to send', (state) => state.chat.outbox.length === 0)
  })

  test('a page that is opened again shows the room and sends what was left', async () => {
    const { ann, bob, roomId } = await pair()
    bob.page.client.sendMessage(roomId, 'before')
    await shows(ann.page, roomId, ['before'])
    await server.kill()
    await ann.page.until('ann knows', (state) => state.connection.kind !== 'live')
    ann.page.client.sendMessage(roomId, 'left behind')
    await ann.page.client.stop()

    const again = open(ann.machine)
    await again.client.start()
    again.client.openRoom(roomId)
    await shows(again, roomId, ['before'])
    expect(again.store.getState().chat.outbox.map((entry) => entry.content)).toEqual(['left behind'])
    await server.up()

    await shows(again, roomId, ['before', 'left behind'])
    await shows(bob.page, roomId, ['before', 'left behind'])
  })

  test('logging out leaves nothing on the device', async () => {
    const { ann, roomId } = await pair()
    ann.page.client.sendMessage(roomId, 'a secret')
    await shows(ann.page, roomId, ['a secret'])

    const me = ann.page.store.getState().chat.me?.id ?? ''
    expect(await Dexie.getDatabaseNames()).toContain(databaseName(me))
    await ann.page.session.logOut()
    await ann.page.until('ann is out', (state) => state.session.kind === 'loggedOut')
    await ann.page.client.stop()

    const again = open({ url: server.url, storage: ann.machine.storage })
    await again.client.start()
    expect(again.store.getState().session.kind).toBe('loggedOut')
    expect(ann.machine.storage.getItem('hearth.user')).toBeNull()
    expect(await Dexie.getDatabaseNames()).not.toContain(databaseName(me))
  })
})
