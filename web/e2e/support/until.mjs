// Waiting for something to be so, never for time to pass.
import { setTimeout as pause } from 'node:timers/promises'

const PATIENCE_MS = 30_000
const BETWEEN_MS = 25

/**
 * Asks `condition` until it answers with something truthy, and returns that.
 * @param {string} what the condition as a sentence, for the failure
 * @param {() => unknown} condition may be async; an error it throws ends the wait
 */
export async function until(what, condition) {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await condition()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`)
    await pause(BETWEEN_MS)
  }
}
