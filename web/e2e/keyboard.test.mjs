// The whole way by keyboard alone: log in, open a room, write, go through the messages, open settings, log out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, composer, seesMessages } from './support/pages.mjs'
import { PASSWORD, register, roomOf } from './support/people.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

let story

before(async () => {
  story = await Story.begin()
  const ada = await register(story.server, 'ada')
  await roomOf(story.server, 'Attic', [ada])
})

after(() => story.end())

/** Presses Tab until the focused element has this name. */
async function tabTo(page, name) {
  const seen = []
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      const label =
        element?.getAttribute('aria-label') ??
        (element && 'labels' in element ? element.labels?.[0]?.textContent : undefined)
      return (label ?? element?.textContent ?? '').trim()
    })
    seen.push(focused)
    if (name.test(focused)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab never came to ${name}: ${seen.join(' → ')}`)
}

test('everything is reached without a mouse', async () => {
  const { page } = await story.stranger()
  await page.goto('/login')
  await tabTo(page, /^Username or e-mail/)
  await page.keyboard.type('ada')
  await tabTo(page, /^Password/)
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await account(page).waitFor()

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type('att')
  await page.getByRole('option', { name: /Attic/ }).waitFor()
  await page.keyboard.press('Enter')
  await composer(page, 'Attic').waitFor()

  await until('the composer has the focus', () =>
    composer(page, 'Attic').evaluate((field) => field === document.activeElement),
  )
  await page.keyboard.type('One line')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('and another')
  await page.keyboard.press('Enter')
  await seesMessages(page, ['One line\nand another'])

  await page.keyboard.press('ArrowUp')
  const focused = await page.evaluate(() => document.activeElement?.matches('[data-message]'))
  assert.equal(focused, true, 'up goes from the empty composer to the messages')

  await tabTo(page, /^Your account/)
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Log out' }).waitFor()
  await page.keyboard.press('Escape')
})

test('what has the focus can be seen', async () => {
  const { page } = await story.stranger()
  await page.goto('/login')
  await page.getByLabel('Username or e-mail').waitFor()
  const bare = []
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('Tab')
    const look = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return undefined
      const style = getComputedStyle(element)
      const marked = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
      return marked ? undefined : element.outerHTML.slice(0, 120)
    })
    if (look) bare.push(look)
  }

  assert.deepEqual(bare, [])
})
