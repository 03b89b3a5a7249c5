import type { Presence, Signal, UserId } from '../protocol/generated'

/** Who is there, as last heard. A signal's state: not folded, not kept. */
export type PresenceMap = Readonly<Record<UserId, Presence>>

/** Takes a signal; those that are not about presence change nothing. */
export function reducePresence(presence: PresenceMap, signal: Signal): PresenceMap {
  switch (signal.event) {
    case 'user_connected':
      return { ...presence, [signal.data.userId]: { online: true } }
    case 'user_disconnected':
      return { ...presence, [signal.data.userId]: { online: false, lastSeen: signal.data.lastSeen } }
    default:
      return presence
  }
}

/** Takes what a snapshot tells, which is newer than everything heard before. */
export function mergePresence(presence: PresenceMap, fresh: PresenceMap): PresenceMap {
  return { ...presence, ...fresh }
}
