// Scrolling back without end, and a reload that shows the room from the local copy.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openRoom, shownMessages } from './support/pages.mjs'
import { roomOf, say } from './support/people.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

const COUNT = 400
let story
let ada

before(async () => {
  story = await Story.begin({
    HEARTH_SIGNUP: 'open',
    HEARTH_LIMITS_MESSAGES_BURST: String(COUNT),
    HEARTH_LIMITS_ACTIONS_BURST: String(2 * COUNT),
  })
  ada = await story.person('ada')
  const room = await roomOf(story.server, 'Archive', [ada])
  for (let n = 1; n <= COUNT; n += 1) await say(story.server, ada, room, `entry ${n}`)
  await openRoom(ada.page, 'Archive')
})

after(() => story.end())

test('a room opens at its end', async () => {
  await until('the latest is shown', async () => (await shownMessages(ada.page)).at(-1) === `entry ${COUNT}`)
})

test('scrolling up reaches the first message, and the page keeps few of them', async () => {
  await ada.page.getByRole('log', { name: 'Messages' }).hover()
  let most = 0
  await until('the first is shown', async () => {
    await ada.page.mouse.wheel(0, -2_000)
    const shown = await shownMessages(ada.page)
    most = Math.max(most, shown.length)
    return shown[0] === 'entry 1'
  })

  assert.ok(most < 150, `at most ${most} of ${COUNT} were in the page at once`)
})

test('what is shown has no gap and no repeat', async () => {
  const numbers = (await shownMessages(ada.page)).map((text) => Number(text.split(' ')[1]))

  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
  )
})

test('a reload shows the room again without the server', async () => {
  const address = ada.page.url()
  await ada.page.goto('about:blank')
  await ada.context.route('**/api/v1/rooms/**', (route) => route.abort())
  await ada.context.routeWebSocket('**/socket.io/**', (socket) => socket.close())
  await ada.context.route('**/socket.io/**', (route) => route.abort())

  await ada.page.goto(address)

  await until('the local copy is shown', async () => (await shownMessages(ada.page)).length > 5)
})
