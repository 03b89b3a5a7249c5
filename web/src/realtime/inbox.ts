import { createAlarm } from '../lib/alarm'
import type { Clock } from '../lib/clock'

/** Collects what arrives and hands it on in batches, so that a busy room renders once a frame and not once a message. */
export type Inbox<T> = {
  readonly put: (item: T) => void
  /** Hands on everything now. */
  readonly flush: () => void
  /** Forgets what was not handed on. */
  readonly clear: () => void
}

/** Shortest time between two batches. */
const FRAME_MS = 16

/** The first item after a quiet time goes at once; what follows within a frame goes together. */
export function createInbox<T>(clock: Clock, handle: (items: readonly T[]) => void): Inbox<T> {
  let items: T[] = []
  let handledAt = Number.NEGATIVE_INFINITY

  const flush = () => {
    alarm.set(undefined)
    if (items.length === 0) return
    const batch = items
    items = []
    handledAt = clock.now()
    handle(batch)
  }
  const alarm = createAlarm(clock, flush)

  return {
    put: (item) => {
      items.push(item)
      const quiet = clock.now() - handledAt >= FRAME_MS
      if (quiet) flush()
      else alarm.set(handledAt + FRAME_MS)
    },
    flush,
    clear: () => {
      items = []
      alarm.set(undefined)
    },
  }
}
