import type { GoodbyeCode, UnixMs } from '../protocol/generated'

/**
 * How well what is shown follows the server.
 *
 * `connecting`: the first connection is being made. `live`: every event up to the head is folded.
 * `stale`: connected or about to be, catching up. `offline`: no connection; `retryAt` is when the next try starts
 * (absent when the device itself has no network). `loggedOut`: nobody is logged in here (any more).
 */
export type ConnectionStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'offline'; readonly retryAt?: UnixMs }
  | { readonly kind: 'loggedOut'; readonly reason?: GoodbyeCode }
