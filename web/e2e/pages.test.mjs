// Every page at three sizes in both themes: without an accessibility fault, without sideways scrolling. SCREENSHOTS keeps a picture of each.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SIZES, THEMES } from './support/browser.mjs'
import { setUp } from './support/pages.mjs'
import { api, register, roomOf, say } from './support/people.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

const pictures = process.env.SCREENSHOTS
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const words = [
  ['cleo', 'The kiln is free from four. Shall we fire the blue glaze first?'],
  ['ben', 'Yes, before anybody changes their mind. I put the test tiles on the left shelf, *the cracked one is mine*.'],
  ['ada', 'Cone 6, slow cool:\n\n```\n60 °C/h to 600\n150 °C/h to 1220\nhold 15 min\n```'],
  ['ben', 'Last time we opened it too early. This time I hide the key.'],
  ['cleo', 'Here is the curve we used in spring: https://example.org/curves/spring'],
  ['ada', '- blue glaze\n- two celadons\n- the bowl for Mira'],
  ['cleo', '👍'],
]

let story
let site

before(async () => {
  story = await Story.begin({ HEARTH_SITE_NAME: 'Mill Lane Pottery' })
  if (pictures) await mkdir(pictures, { recursive: true })
  await lookAtBeforeSetup()
  site = await populate()
})

after(() => story.end())

/** A claimed site with a talk in it. */
async function populate() {
  const { page, context } = await story.stranger()
  await setUp(page, story.server, { siteName: 'Mill Lane Pottery', signup: 'Anyone', username: 'ada' })
  await page.getByRole('button', { name: 'Your account' }).waitFor()
  await context.close()
  const body = { login: 'ada', password: 'the kettle is on the hearth' }
  const login = await api(story.server, 'POST', '/auth/login', { body })
  const ada = { token: login.accessToken, user: login.user }
  const people = {
    ada,
    ben: await register(story.server, 'ben', 'Ben Okafor'),
    cleo: await register(story.server, 'cleo', 'Cleo Marsh'),
  }
  await register(story.server, 'dora', 'Dora')
  const kiln = await roomOf(story.server, 'Kiln', [ada, people.ben, people.cleo])
  await api(story.server, 'PATCH', `/rooms/${kiln.id}`, {
    token: ada.token,
    body: { topic: 'What is fired when, and who opens it' },
  })
  const garden = await roomOf(story.server, 'Garden', [people.ben, ada])
  const direct = await api(story.server, 'POST', '/rooms', {
    token: people.cleo.token,
    body: { type: 'direct', members: [ada.user.id] },
  })
  for (const [who, text] of words) await say(story.server, people[who], kiln, text)
  await say(story.server, people.ben, garden, 'The frames are built.')
  await say(story.server, people.cleo, direct, 'Could you bring the spare cones on Thursday?')
  const invite = await api(story.server, 'POST', `/rooms/${kiln.id}/invites`, {
    token: ada.token,
    body: { maxUses: 100 },
  })
  return { kiln, invite }
}

/** One context for each person and size; the theme changes in place. */
const contexts = new Map()

async function pageOf(as, size) {
  const key = `${as} ${size}`
  if (!contexts.has(key)) contexts.set(key, as ? await story.logIn(as, { size }) : await story.stranger({ size }))
  return contexts.get(key).page
}

/** Visits a page at each size and looks at it in each theme. */
async function lookAt(name, { visit, as }) {
  const faults = []
  for (const size of Object.keys(SIZES)) {
    const page = await pageOf(as, size)
    await visit(page, size)
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme })
      await settled(page)
      if (pictures) await page.screenshot({ path: join(pictures, `${name}-${size}-${theme}.png`) })
      for (const fault of await inspect(page)) faults.push(`${name} at ${size} in ${theme}: ${fault}`)
    }
  }
  assert.deepEqual(faults, [])
}

/** Waits until nothing on the page is a placeholder and no animation runs. */
async function settled(page) {
  await until('the page has settled', () =>
    page.evaluate(() => {
      const busy = document.querySelectorAll('[aria-busy="true"], .skeleton').length > 0
      return !busy && document.getAnimations().every((animation) => animation.playState !== 'running')
    }),
  )
}

/** What axe finds wrong, and whether the page scrolls sideways. */
async function inspect(page) {
  // By way of the debugger, because the page's own policy refuses foreign scripts.
  await page.evaluate(axe)
  const faults = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' · ')}`)
  })
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  return sideways === 0 ? faults : [...faults, `scrolls sideways by ${sideways} px`]
}

async function lookAtBeforeSetup() {
  const heading = (page) => page.getByRole('heading', { name: 'Set up your site' })
  await lookAt('setup', {
    visit: async (page) => {
      await page.goto(await story.server.setupLink())
      await heading(page).waitFor()
    },
  })
}

const inRoom = async (page) => {
  await page.goto(`/r/${site.kiln.id}`)
  await page.getByRole('textbox', { name: 'Message to Kiln' }).waitFor()
  await page.getByText('the bowl for Mira').last().waitFor()
}

test('log in', () =>
  lookAt('login', {
    visit: async (page) => {
      await page.goto('/login')
      await page.getByRole('heading', { name: 'Log in to Mill Lane Pottery' }).waitFor()
    },
  }))

test('sign up, with what is wrong', () =>
  lookAt('signup', {
    visit: async (page) => {
      await page.goto('/signup')
      await page.getByLabel('Username', { exact: true }).fill('a b')
      await page.getByRole('button', { name: 'Create account' }).click()
      await page
        .getByText('This needs to be an e-mail address.')
        .or(page.getByText('This is needed.'))
        .first()
        .waitFor()
    },
  }))

test('an invite', () =>
  lookAt('invite', {
    visit: async (page) => {
      await page.goto(`/invite/${site.invite.code}`)
      await page.getByRole('heading', { name: "You're invited to Kiln" }).waitFor()
    },
  }))

test('a newcomer without a room', () =>
  lookAt('newcomer', {
    as: 'dora',
    visit: async (page) => {
      await page.goto('/')
      await page.getByText('You are in no room yet').waitFor()
    },
  }))

test('a room', () => lookAt('room', { as: 'ada', visit: inRoom }))

test('the list of rooms', () =>
  lookAt('rooms', {
    as: 'ada',
    visit: async (page, size) => {
      await page.goto(size === 'phone' ? '/' : `/r/${site.kiln.id}`)
      if (size === 'tablet') await page.getByRole('button', { name: /Open the list of rooms/ }).click()
      await page.getByRole('navigation', { name: 'Rooms' }).waitFor()
    },
  }))

test('members beside a room', () =>
  lookAt('members', {
    as: 'ada',
    visit: async (page) => {
      await inRoom(page)
      await page.getByRole('button', { name: '3 members' }).click()
      await page.getByText('Ben Okafor').last().waitFor()
    },
  }))

test('inviting people', () =>
  lookAt('inviting', {
    as: 'ada',
    visit: async (page) => {
      await inRoom(page)
      await page.getByRole('button', { name: 'More about this room' }).click()
      await page.getByRole('menuitem', { name: 'Invite people' }).click()
      await page.getByRole('button', { name: 'Make link' }).click()
      await page
        .getByText(/^Works/)
        .first()
        .waitFor()
    },
  }))

test('making a room', () =>
  lookAt('new-room', {
    as: 'ada',
    visit: async (page, size) => {
      await page.goto(size === 'phone' ? '/' : `/r/${site.kiln.id}`)
      if (size === 'tablet') await page.getByRole('button', { name: /Open the list of rooms/ }).click()
      await page.getByRole('button', { name: 'New room' }).first().click()
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor()
    },
  }))

test('the switcher', () =>
  lookAt('switcher', {
    as: 'ada',
    visit: async (page) => {
      await inRoom(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('k')
      await page.getByRole('option').first().waitFor()
    },
  }))

for (const section of ['profile', 'password', 'sessions', 'appearance', 'site']) {
  test(`settings: ${section}`, () =>
    lookAt(`settings-${section}`, {
      as: 'ada',
      visit: async (page) => {
        await page.goto(`/settings/${section}`)
        await page.getByRole('heading', { name: 'Settings' }).or(page.getByRole('heading').first()).first().waitFor()
      },
    }))
}

test('a place that is not there', () =>
  lookAt('not-found', {
    as: 'ada',
    visit: async (page) => {
      await page.goto('/nowhere')
      await page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    },
  }))
