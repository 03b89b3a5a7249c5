import { createAlarm } from '../lib/alarm'
import type { ClientPorts } from './core'

/** Keeps the local copy up to date with the store. */
export type Keeper = {
  /** Writes what is not written yet. */
  readonly flush: () => Promise<void>
  /** From now on nothing is written, until `resume`. */
  readonly pause: () => void
  readonly resume: () => void
}

/** Folded events are written together at most this often; what a person wrote goes at once. */
const WRITE_MS = 200

/** A keeper that is paused. */
export function createKeeper({ store, clock, copies }: ClientPorts): Keeper {
  let keeping = false

  const flush = async () => {
    alarm.set(undefined)
    dueAt = undefined
    if (!keeping) return
    const { chat, drafts } = store.getState()
    await copies.write(chat, drafts)
  }
  let dueAt: number | undefined
  const alarm = createAlarm(clock, () => void flush())

  store.subscribe((state, before) => {
    if (!keeping || (state.chat === before.chat && state.drafts === before.drafts)) return
    if (state.chat.outbox !== before.chat.outbox) {
      void flush()
      return
    }
    dueAt ??= clock.now() + WRITE_MS
    alarm.set(dueAt)
  })

  return {
    flush,
    pause: () => {
      keeping = false
      alarm.set(undefined)
    },
    resume: () => {
      keeping = true
    },
  }
}
