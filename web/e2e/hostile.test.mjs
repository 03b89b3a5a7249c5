// A message, a name or a topic can run no script, leave its row or open a foreign page with ours.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openRoom } from './support/pages.mjs'
import { api, register, roomOf, say } from './support/people.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

const MARK = 'globalThis.ran=true'
const PAYLOADS = [
  `<script>${MARK}</script>`,
  `<img src=x onerror="${MARK}">`,
  `<svg onload="${MARK}"></svg>`,
  `<svg><animate onbegin="${MARK}" attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.ran=true</script>"></iframe>`,
  `<iframe src="javascript:parent.ran=true"></iframe>`,
  `<a href="javascript:${MARK}">x</a>`,
  `[x](javascript:${MARK})`,
  `[x](JaVaScRiPt:${MARK})`,
  `[x](java\tscript:${MARK})`,
  `[x](&#106;avascript:${MARK})`,
  `[x](data:text/html,<script>${MARK}</script>)`,
  `[x](vbscript:${MARK})`,
  `![x](javascript:${MARK})`,
  `![x](x" onerror="${MARK})`,
  `![x](https://example.org/p.png)`,
  `<details open ontoggle="${MARK}">x</details>`,
  `<body onload="${MARK}">`,
  `<input autofocus onfocus="${MARK}">`,
  `<video><source onerror="${MARK}"></video>`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${MARK}">`,
  `<noscript><p title="</noscript><img src=x onerror=${MARK}>">`,
  `<form action="javascript:${MARK}"><button>x</button></form>`,
  `<object data="javascript:${MARK}"></object>`,
  `<embed src="javascript:${MARK}">`,
  `<link rel=stylesheet href="data:text/css,*{display:none}">`,
  `<style>*{display:none}</style>`,
  `<base href="https://example.org/">`,
  `<meta http-equiv="refresh" content="0;url=https://example.org/">`,
  `<template><script>${MARK}</script></template>`,
  `<div style="position:fixed;inset:0;z-index:9999">over everything</div>`,
  `<a href="https://example.org" onclick="${MARK}">x</a>`,
  `\`<img src=x onerror=${MARK}>\``,
  '```html\n<script>globalThis.ran=true</script>\n```',
  `"><img src=x onerror="${MARK}">`,
  `'-${MARK}-'`,
  `{{constructor.constructor('${MARK}')()}}`,
  `<${'x'.repeat(5000)}`,
  `[${'['.repeat(500)}`,
  `${'> '.repeat(300)}deep`,
  `${'*'.repeat(2000)}`,
  `Z${'\u0300'.repeat(400)}`,
  `\u202Egnp.exe`,
  `${'W'.repeat(4000)}`,
  `# ${'Huge '.repeat(200)}`,
  `|${' a |'.repeat(200)}\n|${' - |'.repeat(200)}`,
]

let story
let eve

before(async () => {
  story = await Story.begin({ HEARTH_SIGNUP: 'open', HEARTH_LIMITS_MESSAGES_BURST: '200' })
  eve = await register(story.server, 'eve', '<img src=x onerror="globalThis.ran=true">')
})

after(() => story.end())

test('no message runs, reaches out of its row or makes the page scroll sideways', async () => {
  const ada = await story.person('ada')
  const room = await roomOf(story.server, '<b onmouseover=alert(1)>Pit</b>', [eve, ada])
  await api(story.server, 'PATCH', `/rooms/${room.id}`, {
    token: eve.token,
    body: { topic: '<script>globalThis.ran=true</script>' },
  })
  const foreign = []
  ada.page.on('request', (request) => {
    if (
      !request.url().startsWith(story.server.url) &&
      !request.url().startsWith('data:') &&
      !request.url().startsWith('blob:')
    )
      foreign.push(request.url())
  })
  ada.page.on('dialog', (dialog) => foreign.push(`dialog: ${dialog.message()}`))

  for (const [index, payload] of PAYLOADS.entries()) {
    await say(story.server, eve, room, `${payload}\n\nafter ${index}`)
    await say(story.server, eve, room, `done ${index}`)
    if (index === 0) {
      await ada.page.goto(`/r/${room.id}`)
    }
    await ada.page.getByText(`done ${index}`, { exact: true }).waitFor()
    const found = await ada.page.evaluate(inspect)
    assert.deepEqual(found, { ran: false, handlers: [], links: [], sideways: 0, strayed: 0 }, payload.slice(0, 80))
  }
  assert.deepEqual(foreign, [], 'nothing was fetched from elsewhere')
})

/** Runs in the page: what must not be there. */
function inspect() {
  const all = [...document.querySelectorAll('.prose *')]
  const handlers = all.filter((element) =>
    element.getAttributeNames().some((name) => name.startsWith('on') || name === 'style' || name === 'srcdoc'),
  )
  const links = all.filter(
    (element) => element.matches('a') && !/^(https?|mailto|tel):/.test(element.getAttribute('href') ?? 'https:'),
  )
  const room = document.querySelector('main')?.getBoundingClientRect()
  const rows = [...document.querySelectorAll('[data-message]')].map((row) => row.getBoundingClientRect())
  return {
    ran: 'ran' in globalThis,
    handlers: handlers.map((element) => element.outerHTML.slice(0, 100)),
    links: links.map((element) => element.outerHTML.slice(0, 100)),
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    strayed: room ? rows.filter((row) => row.right > room.right + 1 || row.left < room.left - 1).length : 0,
  }
}

test('a hostile name stays text wherever it is shown', async () => {
  const ben = await story.person('ben')
  const direct = await api(story.server, 'POST', '/rooms', {
    token: eve.token,
    body: { type: 'direct', members: [ben.user.id] },
  })
  await say(story.server, eve, direct, 'hello')

  await openRoom(ben.page, '<img src=x onerror')
  await until('the message is shown', async () => (await ben.page.locator('[data-message]').count()) > 0)

  assert.equal(await ben.page.evaluate(() => 'ran' in globalThis), false)
  assert.equal(await ben.page.locator('img[src="x"]').count(), 0)
})
