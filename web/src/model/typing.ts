import { without } from '../lib/records'
import type { RoomId, Signal, UnixMs, UserId } from '../protocol/generated'

/** Somebody who types. */
export type Typist = { readonly userId: UserId; readonly username: string; readonly until: UnixMs }

/** Who types where. */
export type Typing = Readonly<Record<RoomId, readonly Typist[]>>

/** Nobody types. */
export const nobodyTypes: Typing = {}

/**
 * The server says when somebody stops; this only ends what it could not say. It is long, because a long text is
 * announced once.
 */
export const LONGEST_TYPING_MS = 60_000

/** Takes a signal; those that are not about typing change nothing. */
export function reduceTyping(typing: Typing, signal: Signal, now: UnixMs): Typing {
  switch (signal.event) {
    case 'user_typing': {
      const { roomId, userId, username } = signal.data
      const others = (typing[roomId] ?? []).filter((typist) => typist.userId !== userId)
      return { ...typing, [roomId]: [...others, { userId, username, until: now + LONGEST_TYPING_MS }] }
    }
    case 'user_stop_typing':
      return stopTyping(typing, signal.data)
    default:
      return typing
  }
}

/** Somebody stopped, wrote a message or left. */
export function stopTyping(typing: Typing, who: { roomId: RoomId; userId: UserId }): Typing {
  const typists = typing[who.roomId]
  if (!typists?.some((typist) => typist.userId === who.userId)) return typing
  return setTypists(
    typing,
    who.roomId,
    typists.filter((typist) => typist.userId !== who.userId),
  )
}

/** Ends what lasted too long. */
export function expireTyping(typing: Typing, now: UnixMs): Typing {
  let next = typing
  for (const [roomId, typists] of Object.entries(typing)) {
    if (typists.some((typist) => typist.until <= now))
      next = setTypists(
        next,
        roomId,
        typists.filter((typist) => typist.until > now),
      )
  }
  return next
}

/** When `expireTyping` has something to do. */
export function typingTimeout(typing: Typing): UnixMs | undefined {
  const times = Object.values(typing).flatMap((typists) => typists.map((typist) => typist.until))
  return times.length === 0 ? undefined : Math.min(...times)
}

function setTypists(typing: Typing, roomId: RoomId, typists: readonly Typist[]): Typing {
  return typists.length === 0 ? without(typing, roomId) : { ...typing, [roomId]: typists }
}
