// What one writes without a connection goes out once and in order; a reload or a power cut in between loses nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { io } from 'socket.io-client'
import { allSent, openRoom, seesMessages, send, shownMessages, waiting } from './support/pages.mjs'
import { api, roomOf } from './support/people.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

let story
let ada
let bob
let room
let said = []

before(async () => {
  story = await Story.begin({ HEARTH_SIGNUP: 'open', HEARTH_LIMITS_MESSAGES_BURST: '200' })
  ada = await story.person('ada')
  bob = await story.person('bob')
  room = await roomOf(story.server, 'Ferry', [ada, bob])
  await openRoom(ada.page, 'Ferry')
  await openRoom(bob.page, 'Ferry')
})

after(() => story.end())

/** Writes these in turn and notes them as said. */
async function write(page, texts) {
  for (const text of texts) await send(page, 'Ferry', text)
  said = [...said, ...texts]
}

test('what is written offline waits, and goes out once and in order', async () => {
  await ada.context.setOffline(true)
  await write(ada.page, ['first', 'second', 'third'])
  await until('all three wait', async () => (await waiting(ada.page).count()) === 3)
  assert.deepEqual(await shownMessages(bob.page), [])

  await ada.context.setOffline(false)

  await seesMessages(bob.page, said)
  await allSent(ada.page)
  await seesMessages(ada.page, said)
})

test('a reload keeps what waits', async () => {
  let cut = true
  await ada.context.route('**/socket.io/**', (route) => (cut ? route.abort() : route.continue()))
  await ada.context.routeWebSocket('**/socket.io/**', (socket) =>
    cut ? socket.close() : void socket.connectToServer(),
  )
  await ada.page.reload()
  await write(ada.page, ['before the reload', 'and one more'])
  await until('both wait', async () => (await waiting(ada.page).count()) === 2)

  await ada.page.reload()
  await until('both still wait', async () => (await waiting(ada.page).count()) === 2)
  await seesMessages(ada.page, said)
  cut = false

  await seesMessages(bob.page, said)
  await allSent(ada.page)
  await seesMessages(ada.page, said)
})

test('a power cut in the middle of a talk loses nothing that was acked and repeats nothing', async () => {
  const acked = []
  const program = io(story.server.url, { auth: { token: bob.token }, transports: ['websocket'] })
  const speak = (text) =>
    program.emit('send_message', { roomId: room.id, content: text }, (answer) => acked.push({ text, ...answer }))
  await new Promise((resolve) => program.once('connect', resolve))
  for (let n = 1; n <= 20; n += 1) speak(`program ${n}`)
  await until('some are acked', () => acked.length >= 5)

  await story.server.kill()
  program.disconnect()
  await send(ada.page, 'Ferry', 'while it is down')
  await send(bob.page, 'Ferry', 'here too')
  await story.server.up()
  await allSent(ada.page)
  await allSent(bob.page)

  const { items } = await api(story.server, 'GET', `/rooms/${room.id}/messages?limit=100`, { token: bob.token })
  const kept = items.map((message) => message.content)
  const lost = acked.filter(
    (one) => one.id && !items.some((message) => message.id === one.id && message.seq === one.seq),
  )
  assert.deepEqual(lost, [], 'every acked message is kept, with its id and seq')
  assert.equal(new Set(kept).size, kept.length, 'nothing is there twice')
  assert.ok(kept.includes('while it is down') && kept.includes('here too'))
  await seesTail(ada.page, kept)
  await seesTail(bob.page, kept)
})

/** Waits until the end of what is on the screen is the end of what the server has, without a repeat. */
async function seesTail(page, kept) {
  await until('the screen shows what the server has', async () => {
    const shown = await shownMessages(page)
    return shown.length > 5 && JSON.stringify(kept.slice(-shown.length)) === JSON.stringify(shown)
  })
}
