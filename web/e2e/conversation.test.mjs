// Two people in two browsers: an invite link, a talk, typing, unread counts, a direct conversation.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  account,
  allSent,
  composer,
  fillAccount,
  inRail,
  openRoom,
  seesMessages,
  send,
  signUp,
} from './support/pages.mjs'
import { Story } from './support/story.mjs'
import { until } from './support/until.mjs'

let story
let ada
let bob
let link

before(async () => {
  story = await Story.begin()
  ada = await story.stranger()
  bob = await story.stranger()
})

after(() => story.end())

test('one signs up, makes a room and an invite link', async () => {
  await signUp(ada.page, 'ada')
  await ada.page.getByRole('button', { name: 'New room' }).first().click()
  const dialog = ada.page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Garden')
  await dialog.getByRole('button', { name: 'Create room' }).click()
  await composer(ada.page, 'Garden').waitFor()

  await ada.page.getByRole('button', { name: 'More about this room' }).click()
  await ada.page.getByRole('menuitem', { name: 'Invite people' }).click()
  await ada.page.getByRole('button', { name: 'Make link' }).click()

  link = await until('the link is shown', async () => {
    const shown = await ada.page
      .getByRole('dialog')
      .getByRole('textbox')
      .evaluateAll((all) => all.map((one) => one.value))
    return shown.find((value) => value.includes('/invite/'))
  })
  await ada.page.keyboard.press('Escape')
})

test('another follows the link, makes an account and is in the room', async () => {
  await bob.page.goto(new URL(link).pathname)
  await bob.page.getByRole('heading', { name: "You're invited to Garden" }).waitFor()
  await fillAccount(bob.page, 'bob')
  await bob.page.getByRole('button', { name: 'Create account' }).click()
  await account(bob.page).waitFor()

  await openRoom(bob.page, 'Garden')

  await ada.page.getByRole('button', { name: '2 members' }).waitFor()
})

test('what one says the other sees, in one order', async () => {
  await send(ada.page, 'Garden', 'Are the beans up?')
  await seesMessages(bob.page, ['Are the beans up?'])
  await send(bob.page, 'Garden', 'Since **this** morning')

  await seesMessages(ada.page, ['Are the beans up?', 'Since this morning'])
  await allSent(ada.page)
  await allSent(bob.page)
})

test('a message is there within the blink of an eye', async () => {
  const text = 'How long does this take?'
  const seen = bob.page.locator('[data-message] .prose', { hasText: text }).waitFor()
  await composer(ada.page, 'Garden').fill(text)
  const start = performance.now()
  await composer(ada.page, 'Garden').press('Enter')
  await seen
  const took = performance.now() - start

  // Printed, not judged: a figure is not a test on a busy machine.
  console.log(`# seen by the other browser after ${took.toFixed(0)} ms, driver included`)
})

test('typing shows while one writes and ends with the message', async () => {
  await composer(bob.page, 'Garden').pressSequentially('Wait, I am still')
  await ada.page.getByText('bob is typing').waitFor()

  await composer(bob.page, 'Garden').press('Enter')

  await ada.page.getByText('bob is typing').waitFor({ state: 'detached' })
})

test('typing ends by itself when one stops', async () => {
  await composer(bob.page, 'Garden').pressSequentially('Hm')
  await ada.page.getByText('bob is typing').waitFor()

  await ada.page.getByText('bob is typing').waitFor({ state: 'detached' })

  await composer(bob.page, 'Garden').fill('')
})

test('what is said elsewhere is counted until one looks', async () => {
  await ada.page.getByRole('button', { name: 'New room' }).first().click()
  const dialog = ada.page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Shed')
  await dialog.getByRole('button', { name: 'Create room' }).click()
  await composer(ada.page, 'Shed').waitFor()

  await send(bob.page, 'Garden', 'One')
  await send(bob.page, 'Garden', 'Two')
  await inRail(ada.page, 'Garden').getByText('2 unread messages').waitFor()
  await openRoom(ada.page, 'Garden')
  await openRoom(ada.page, 'Shed')

  await inRail(ada.page, 'Garden').getByText('unread').waitFor({ state: 'detached' })
})

test('a direct conversation starts by name', async () => {
  await ada.page.getByRole('button', { name: 'New message' }).first().click()
  await ada.page.getByRole('dialog').getByRole('combobox').fill('bo')
  await ada.page.getByRole('option', { name: /bob/ }).click()
  await composer(ada.page, 'bob').waitFor()
  await send(ada.page, 'bob', 'Just us')

  await openRoom(bob.page, 'ada')

  await seesMessages(bob.page, ['Just us'])
})

test('the other is seen to come and go', async () => {
  await ada.page.getByText('Online', { exact: true }).waitFor()

  await bob.context.close()

  await ada.page.getByText(/^Last seen/).waitFor()
  assert.deepEqual(bob.faults, [])
})
