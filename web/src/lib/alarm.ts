import type { Clock } from './clock'

/** Runs one job at a time that may be moved. */
export type Alarm = {
  /** Rings at `at` (Unix milliseconds) instead of any time set before; undefined calls it off. */
  readonly set: (at: number | undefined) => void
}

/** An alarm that is not set. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let setTo: number | undefined
  let callOff = () => {}
  return {
    set: (at) => {
      if (at === setTo) return
      callOff()
      callOff = () => {}
      setTo = at
      if (at === undefined) return
      callOff = clock.after(at - clock.now(), () => {
        setTo = undefined
        ring()
      })
    },
  }
}
