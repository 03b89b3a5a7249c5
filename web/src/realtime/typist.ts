import { createAlarm } from '../lib/alarm'
import type { OwnTyping, TypingStep } from '../model/typingSender'
import { ownTypingTimeout, passTime, pressKey, stopOwnTyping } from '../model/typingSender'
import type { RoomId } from '../protocol/generated'
import type { ClientPorts } from './core'

/** Tells the server that one types. */
export type OwnTypist = {
  readonly press: (roomId: RoomId) => void
  readonly stop: () => void
  /** The message was sent: the server ends typing by itself. */
  readonly sent: () => void
}

/** Nobody types yet. */
export function createTypist({ clock, socket }: ClientPorts): OwnTypist {
  let typing: OwnTyping | undefined
  const take = (step: TypingStep) => {
    typing = step.typing
    for (const { command, roomId } of step.commands) socket.tell(command, { roomId })
    alarm.set(ownTypingTimeout(typing))
  }
  const alarm = createAlarm(clock, () => take(passTime(typing, clock.now())))
  return {
    press: (roomId) => take(pressKey(typing, roomId, clock.now())),
    stop: () => take(stopOwnTyping(typing)),
    sent: () => take({ typing: undefined, commands: [] }),
  }
}
