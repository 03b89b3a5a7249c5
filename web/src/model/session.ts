import type { GoodbyeCode, Me } from '../protocol/generated'

/**
 * Whose client this is.
 *
 * `booting`: asking the server. `unreachable`: the server cannot be asked and there is no local copy to show.
 * `loggedIn` may also be told by the local copy while offline.
 */
export type Session =
  | { readonly kind: 'booting' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'loggedOut'; readonly reason?: GoodbyeCode }
  | { readonly kind: 'loggedIn'; readonly me: Me }
