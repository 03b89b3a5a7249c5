// The stage of a story: one server, one browser, and people who each have a browser context of their own.
import assert from 'node:assert/strict'
import { launch, openPage } from './browser.mjs'
import { logIn } from './pages.mjs'
import { register } from './people.mjs'
import { Server } from './server.mjs'

export class Story {
  #people = []

  /** Starts a site that anyone may join, unless `settings` say otherwise. */
  static async begin(settings = { HEARTH_SIGNUP: 'open' }) {
    const story = new Story()
    story.server = await Server.start(settings)
    story.browser = await launch().catch(async (error) => {
      await story.server.stop()
      throw error
    })
    return story
  }

  /** Opens a browser context of somebody who is not logged in. */
  async stranger(options = {}) {
    const opened = await openPage(this.browser, { url: this.server.url, ...options })
    this.#people.push(opened)
    return opened
  }

  /** Makes an account and logs it in, in a context of its own. */
  async person(username, options = {}) {
    const account = await register(this.server, username, options.displayName)
    return { ...account, ...(await this.logIn(username, options)) }
  }

  /** Logs an account in on one more device. */
  async logIn(username, options = {}) {
    const opened = await this.stranger(options)
    await logIn(opened.page, username)
    // A page that is left before the answer came is not logged in.
    await opened.page.getByRole('button', { name: 'Log in' }).waitFor({ state: 'detached' })
    return opened
  }

  /** Ends everything, and fails when a page had an uncaught error or wrote one to its console. */
  async end() {
    const faults = this.#people.flatMap((person) => person.faults)
    await this.browser?.close()
    await this.server?.stop()
    assert.deepEqual(faults, [], 'no page had an error')
  }
}
