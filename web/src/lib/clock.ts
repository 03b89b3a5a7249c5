/** Time, passed in so that tests can move it. */
export type Clock = {
  /** Unix milliseconds. */
  readonly now: () => number
  /** Runs `job` after `delayMs`. Returns how to call it off. */
  readonly after: (delayMs: number, job: () => void) => () => void
}

/** Longest delay that `setTimeout` keeps. */
const LONGEST_MS = 2 ** 31 - 1

/** The clock of the machine; follows fake timers in tests. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, job) => {
    const timer = setTimeout(job, Math.min(Math.max(0, delayMs), LONGEST_MS))
    return () => clearTimeout(timer)
  },
}

/** Resolves after `delayMs`. */
export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve)
  })
}
