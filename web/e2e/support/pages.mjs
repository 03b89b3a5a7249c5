// What people do with the pages, by the names and roles that they see.
import assert from 'node:assert/strict'
import { PASSWORD } from './people.mjs'
import { until } from './until.mjs'

/** Fills the fields of a new account and sends them. */
export async function fillAccount(page, username) {
  await page.getByLabel('Username', { exact: true }).fill(username)
  await page.getByLabel('E-mail', { exact: true }).fill(`${username}@example.org`)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
}

/** Claims the site with the printed link. */
export async function setUp(page, server, { siteName, signup, username }) {
  await page.goto(await server.setupLink())
  await page.getByLabel('Name of the site').fill(siteName)
  await page.getByRole('radio', { name: signup }).check()
  await fillAccount(page, username)
  await page.getByRole('button', { name: 'Open the site' }).click()
}

export async function signUp(page, username) {
  await page.goto('/signup')
  await fillAccount(page, username)
  await page.getByRole('button', { name: 'Create account' }).click()
  await account(page).waitFor()
}

/** Logs in and waits to be inside: whoever leaves the page before has no session yet. */
export async function logIn(page, username) {
  await page.goto('/login')
  await page.getByLabel('Username or e-mail').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL((url) => url.pathname !== '/login')
}

/** The button at the foot of the rail: there when one is logged in. */
export function account(page) {
  return page.getByRole('button', { name: 'Your account' })
}

/** A room in the rail; presence, time, preview and unread stand beside its name. */
export function inRail(page, room) {
  return page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').filter({ hasText: room })
}

export function composer(page, room) {
  return page.getByRole('textbox', { name: `Message to ${room}` })
}

export async function openRoom(page, room) {
  await inRail(page, room).click()
  await composer(page, room).waitFor()
}

/** Writes and sends as a person with a keyboard. */
export async function send(page, room, text) {
  await composer(page, room).fill(text)
  await composer(page, room).press('Enter')
}

/** The bodies of the messages on the screen, from the oldest. */
export async function shownMessages(page) {
  return page.locator('[data-message] .prose').allInnerTexts()
}

/** Waits until exactly these messages are on the screen, in this order. */
export async function seesMessages(page, wanted) {
  let shown = []
  await until(`${JSON.stringify(wanted)} is shown`, async () => {
    shown = await shownMessages(page)
    return JSON.stringify(shown) === JSON.stringify(wanted)
  }).catch(() => assert.deepEqual(shown, wanted))
}

/** Waits until none of one's own messages waits any more. */
export async function allSent(page) {
  await until('nothing waits to be sent', async () => (await waiting(page).count()) === 0)
}

/** The marks of one's own messages that are not on the server yet. */
export function waiting(page) {
  return page.getByRole('img', { name: /^(Waiting to be sent|Sending)$/ })
}
