import type { Clock } from '../lib/clock'

/** A clock that moves when told to. */
export type ManualClock = Clock & {
  /** Moves on, ringing what is due in order. */
  readonly advance: (byMs: number) => void
  /** Time until the next thing rings. */
  readonly untilNext: () => number | undefined
}

type Timer = { readonly at: number; readonly job: () => void }

/** A clock that stands at `start`. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let now = start
  let timers: Timer[] = []
  const next = () =>
    timers.reduce<Timer | undefined>((first, timer) => (first && first.at <= timer.at ? first : timer), undefined)
  return {
    now: () => now,
    after: (delayMs, job) => {
      const timer = { at: now + Math.max(0, delayMs), job }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance: (byMs) => {
      const end = now + byMs
      for (let timer = next(); timer && timer.at <= end; timer = next()) {
        const due = timer
        timers = timers.filter((other) => other !== due)
        now = due.at
        due.job()
      }
      now = end
    },
    untilNext: () => {
      const timer = next()
      return timer && timer.at - now
    },
  }
}
