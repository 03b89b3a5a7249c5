import type { RoomId, UnixMs } from '../protocol/generated'

/** Own typing, as told to the server. `toldAt` is undefined while it is not worth telling yet. */
export type OwnTyping = {
  readonly roomId: RoomId
  readonly since: UnixMs
  readonly lastKeyAt: UnixMs
  readonly toldAt: UnixMs | undefined
}

/** What to tell the server. */
export type TypingCommand = { readonly command: 'typing' | 'stop_typing'; readonly roomId: RoomId }

/** The state after an input, and what to tell. */
export type TypingStep = { readonly typing: OwnTyping | undefined; readonly commands: readonly TypingCommand[] }

/** A key pressed by mistake is not worth telling. */
export const DEBOUNCE_MS = 300
/** The server forgets after 3 s: tell it again before. */
export const REPEAT_MS = 2_000
/** Typing ends after this long without a key. */
export const IDLE_MS = 3_000

/** A key was pressed. */
export function pressKey(typing: OwnTyping | undefined, roomId: RoomId, now: UnixMs): TypingStep {
  if (typing && typing.roomId === roomId) return passTime({ ...typing, lastKeyAt: now }, now)
  const stopped = stopOwnTyping(typing)
  return { typing: { roomId, since: now, lastKeyAt: now, toldAt: undefined }, commands: stopped.commands }
}

/** Time went by: call at `ownTypingTimeout`. */
export function passTime(typing: OwnTyping | undefined, now: UnixMs): TypingStep {
  if (!typing) return { typing, commands: [] }
  if (now >= typing.lastKeyAt + IDLE_MS) return stopOwnTyping(typing)
  const due =
    typing.toldAt === undefined
      ? now >= typing.since + DEBOUNCE_MS
      : typing.lastKeyAt > typing.toldAt && now >= typing.toldAt + REPEAT_MS
  if (!due) return { typing, commands: [] }
  return { typing: { ...typing, toldAt: now }, commands: [{ command: 'typing', roomId: typing.roomId }] }
}

/** The composer was emptied or left. */
export function stopOwnTyping(typing: OwnTyping | undefined): TypingStep {
  const told = typing !== undefined && typing.toldAt !== undefined
  return { typing: undefined, commands: told ? [{ command: 'stop_typing', roomId: typing.roomId }] : [] }
}

/** When `passTime` has something to do. */
export function ownTypingTimeout(typing: OwnTyping | undefined): UnixMs | undefined {
  if (!typing) return undefined
  const idle = typing.lastKeyAt + IDLE_MS
  if (typing.toldAt === undefined) return Math.min(idle, typing.since + DEBOUNCE_MS)
  return typing.lastKeyAt > typing.toldAt ? Math.min(idle, typing.toldAt + REPEAT_MS) : idle
}
