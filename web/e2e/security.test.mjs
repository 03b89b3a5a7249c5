// What a browser must never do with what people wrote, nor keep after they left. Source: docs/security.md, S30, S33, S43.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { account, openRoom } from './support/pages.mjs'
import { MESSAGES, NAMES, SHAPES, SLOW } from './support/payloads.mjs'
import { api, PASSWORD, register, roomOf, say } from './support/people.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

const LIMITS = {
  HEARTH_LIMITS_MESSAGES_BURST: '5000',
  HEARTH_LIMITS_MESSAGES_PER_MINUTE: '5000',
  HEARTH_LIMITS_ACTIONS_BURST: '5000',
}
/** Messages looked at together: what is on the screen and around it. */
const BATCH = 12

let story
let eve
let owner

before(async () => {
  story = await Story.begin(LIMITS)
  const token = (await story.server.setupLink()).split('=')[1]
  const body = { token, username: 'olga', email: 'olga@example.org', password: PASSWORD, signup: 'open' }
  const { accessToken, user } = await api(story.server, 'POST', '/setup', { body })
  owner = { username: 'olga', token: accessToken, user }
  eve = await register(story.server, 'eve', NAMES[1])
})

after(() => story.end())

/** Somebody whose page tells every violation of the policy, dialog and foreign request. */
async function watched(username) {
  const person = await story.person(username)
  const alarms = []
  await account(person.page).waitFor()
  person.page.on('dialog', (dialog) => {
    alarms.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  person.page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    const own = origin === story.server.url || ['data:', 'blob:'].includes(protocol)
    if (!own) alarms.push(`request: ${request.url()}`)
  })
  await person.page.addInitScript(() => {
    globalThis.violations = []
    addEventListener('securitypolicyviolation', (event) =>
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    )
  })
  await person.page.reload()
  await account(person.page).waitFor()
  return { ...person, alarms }
}

/** Runs in the page: everything that must not be there. */
function inspect() {
  const inside = [...document.querySelectorAll('.prose *')]
  const isStrange = (element) =>
    element
      .getAttributeNames()
      .some((name) => name.startsWith('on') || ['style', 'srcdoc', 'id', 'name'].includes(name)) ||
    /^(img|svg|math|script|style|iframe|object|embed|form|input|link|meta|base|template)$/.test(element.localName) ||
    (element.hasAttribute('href') && !/^(https?|mailto):/i.test(element.getAttribute('href')))
  const room = document.querySelector('main').getBoundingClientRect()
  const rows = [...document.querySelectorAll('[data-message]')]
  const boxes = rows.map((row) => row.getBoundingClientRect())
  return {
    ran: 'ran' in globalThis,
    violations: globalThis.violations,
    strange: inside.filter(isStrange).map((element) => element.outerHTML.slice(0, 120)),
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    strayed: boxes.filter((box) => box.right > room.right + 1 || box.left < room.left - 1).length,
    covered: document.querySelector('nav') === null || !document.querySelector('nav').checkVisibility(),
    base: document.baseURI.startsWith(location.origin),
  }
}

const NOTHING = { ran: false, violations: [], strange: [], sideways: 0, strayed: 0, covered: false, base: true }

test('none of several hundred messages runs, fetches, breaks the policy or leaves its row', async () => {
  const ada = await watched('ada')
  const room = await roomOf(story.server, 'Pit', [eve, ada])
  await openRoom(ada.page, 'Pit')
  const messages = [...MESSAGES, ...SHAPES]
  assert.ok(messages.length > 400)

  for (let index = 0; index < messages.length; index += BATCH) {
    const batch = messages.slice(index, index + BATCH)
    for (const message of batch) await say(story.server, eve, room, message)
    await say(story.server, eve, room, `end of ${index}`)
    await ada.page.getByText(`end of ${index}`, { exact: true }).waitFor()
    assert.deepEqual(await ada.page.evaluate(inspect), NOTHING, batch.join('\n---\n').slice(0, 2000))
  }
  assert.deepEqual(ada.alarms, [])
})

test('hostile names of people, rooms, topics and the site stay text on every page', async () => {
  const ben = await watched('ben')
  for (const [index, name] of NAMES.entries()) {
    const writer = await register(story.server, `writer${index}`, name.slice(0, 64))
    const room = await roomOf(story.server, name.slice(0, 80), [writer, ben])
    await api(story.server, 'PATCH', `/rooms/${room.id}`, { token: writer.token, body: { topic: name } })
    await api(story.server, 'PATCH', '/site', { token: owner.token, body: { name: name.slice(0, 60) } })
    await say(story.server, writer, room, 'hello')
    const { code } = await api(story.server, 'POST', `/rooms/${room.id}/invites`, { token: writer.token, body: {} })
    for (const path of [`/r/${room.id}`, '/', `/invite/${code}`]) {
      await ben.page.goto(path)
      await until('the page is there', () => ben.page.evaluate(() => document.body.textContent.trim().length > 0))
      await ben.page.waitForLoadState('networkidle')
      const found = await ben.page.evaluate(() => ({
        ran: 'ran' in globalThis,
        violations: globalThis.violations,
        images: document.querySelectorAll('img[src="x"], svg[onload], b').length,
        sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }))
      assert.deepEqual(found, { ran: false, violations: [], images: 0, sideways: 0 }, `${name} at ${path}`)
    }
  }
  assert.deepEqual(ben.alarms, [])
})

test('the longest message of any pattern is rendered about as quickly as plain words', async () => {
  const { page } = await story.stranger()
  await page.goto('/login')
  const files = await readdir(new URL('../dist/assets', import.meta.url))
  const module = files.find((file) => /^markdown-[\w-]+\.js$/.test(file))
  const figures = await page.evaluate(measure, { module: `/assets/${module}`, patterns: SLOW })

  const slow = figures.filter(({ ms, plainMs }) => ms > Math.max(50, 4 * plainMs))
  assert.deepEqual(slow, [], JSON.stringify(figures))
})

/** Runs in the page: the median time of rendering 20,000 characters of each pattern, and of lively prose beside it. */
async function measure({ module, patterns }) {
  const { renderMarkdown } = await import(module)
  const longest = (part) => part.repeat(Math.ceil(20_000 / part.length)).slice(0, 19_990)
  const time = (text, turn) => {
    const started = performance.now()
    // Another text each time, because renderings are kept.
    document.createElement('div').innerHTML = renderMarkdown(`${text}${turn}`) ?? ''
    return performance.now() - started
  }
  const median = (text) => [0, 1, 2, 3, 4].map((turn) => time(text, turn)).sort((a, b) => a - b)[2]
  // As much as is rendered at all: beyond it a text of many parts is shown as it is.
  const prose = (index) => `${index}: some *words* of prose with https://example.org/ in it.\n`.repeat(200)
  return patterns.map((pattern, index) => ({ pattern, ms: median(longest(pattern)), plainMs: median(prose(index)) }))
}

test('after log-out nothing of the person is left in the browser', async () => {
  const cleo = await watched('cleo')
  const room = await roomOf(story.server, 'Secret garden', [eve, cleo])
  await say(story.server, eve, room, 'a secret that stays here')
  await openRoom(cleo.page, 'Secret garden')
  await cleo.page.getByText('a secret that stays here', { exact: true }).waitFor()
  const kept = await cleo.page.evaluate(remains)
  assert.ok(kept.databases.length > 0, 'there was something to remove')

  await account(cleo.page).click()
  await cleo.page.getByRole('menuitem', { name: 'Log out' }).click()
  await cleo.page.getByRole('button', { name: 'Log in' }).waitFor()
  const left = await until('the copies are removed', async () => {
    const now = await cleo.page.evaluate(remains)
    return now.databases.length === 0 && now
  })

  const words = [cleo.user.id, 'cleo', room.id, 'secret', 'Secret']
  const storage = JSON.stringify([left.local, left.session])
  assert.deepEqual(left.caches, [])
  assert.deepEqual(
    words.filter((word) => storage.includes(word)),
    [],
    storage,
  )
  assert.deepEqual(
    words.filter((word) => left.text.includes(word)),
    [],
    left.text,
  )
  const cookies = await cleo.context.cookies()
  // The mark of a known device opens nothing; it keeps strangers from locking the owner out.
  assert.deepEqual(
    cookies.map((cookie) => cookie.name),
    ['__Host-hearth_device'],
  )
  assert.ok(cookies.every((cookie) => cookie.httpOnly && cookie.secure && cookie.sameSite === 'Strict'))
  await cleo.page.goto(`/r/${room.id}`)
  await cleo.page.getByRole('button', { name: 'Log in' }).waitFor()
  assert.equal(await cleo.page.getByText('a secret that stays here', { exact: true }).count(), 0)
})

/** Runs in the page: everything that a browser keeps of it. */
async function remains() {
  const databases = await indexedDB.databases()
  return {
    databases: databases.map((database) => database.name),
    caches: await caches.keys(),
    local: { ...localStorage },
    session: { ...sessionStorage },
    text: `${document.title} ${document.body.textContent}`,
  }
}
