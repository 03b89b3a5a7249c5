// The first visit: whoever holds the printed link becomes the owner, and nobody else.
import { after, before, test } from 'node:test'
import { account, composer, openRoom, seesMessages, send, setUp, signUp } from './support/pages.mjs'
import { Story } from './support/story.mjs'

let story

before(async () => {
  story = await Story.begin({})
})

after(() => story.end())

test('without the token nobody gets in', async () => {
  const { page, context } = await story.stranger()

  await page.goto('/')

  await page.getByRole('heading', { name: 'This site has no owner yet' }).waitFor()
  await context.close()
})

test('the owner claims the site with the link, opens it, and makes the first room', async () => {
  const owner = await story.stranger()

  await setUp(owner.page, story.server, { siteName: 'The Mill', signup: 'Anyone', username: 'ada' })
  await account(owner.page).waitFor()
  await owner.page.getByRole('button', { name: 'New room' }).first().click()
  await owner.page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Kitchen')
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Create room' }).click()
  await composer(owner.page, 'Kitchen').waitFor()
  await send(owner.page, 'Kitchen', 'Hello, fire')

  await seesMessages(owner.page, ['Hello, fire'])
})

test('the link works once', async () => {
  const { page } = await story.stranger()

  await page.goto(await story.server.setupLink())

  await page.getByRole('heading', { name: 'This site is set up' }).waitFor()
})

test('then anyone may join, and sees the name of the place', async () => {
  const guest = await story.stranger()

  await guest.page.goto('/signup')
  await guest.page.getByRole('heading', { name: 'Join The Mill' }).waitFor()
  await signUp(guest.page, 'bob')

  await guest.page.getByText('You are in no room yet').waitFor()
})

test('the owner comes back to where the talk was', async () => {
  const again = await story.logIn('ada')

  await openRoom(again.page, 'Kitchen')

  await seesMessages(again.page, ['Hello, fire'])
})
