import { assertNever } from '../lib/assertNever'
import type { Goodbye, GoodbyeCode, UnixMs } from '../protocol/generated'

/**
 * How well what is shown follows the server.
 *
 * `connecting`: the first connection is being made. `live`: every event up to the head is folded.
 * `stale`: connected or about to be, catching up. `offline`: no connection; `retryAt` is when the next try starts
 * (absent while one runs). `loggedOut`: nobody is logged in here (any more).
 */
export type ConnectionStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'offline'; readonly retryAt?: UnixMs }
  | { readonly kind: 'loggedOut'; readonly reason?: GoodbyeCode }

/**
 * The link to the server.
 *
 * ```text
 * idle ─► connecting ─► catchingUp ─► live
 *            ▲   │           └───┬──────┘
 *            │   ▼               ▼ dropped, goodbye
 *   renewing ◄───┴── waiting ◄───┘          ended
 * ```
 */
export type LinkPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'waiting'; readonly until: UnixMs }
  | { readonly kind: 'connecting'; readonly deadline: UnixMs }
  | { readonly kind: 'renewing' }
  | { readonly kind: 'catchingUp' }
  | { readonly kind: 'live' }
  | { readonly kind: 'ended'; readonly reason: GoodbyeCode | undefined }

/** The link and what its next steps depend on. */
export type Link = {
  readonly phase: LinkPhase
  /** Tries that failed since it was last live. */
  readonly failures: number
  /** The token was renewed for this try already. */
  readonly renewed: boolean
  readonly everLive: boolean
}

/** What happened to the link. */
export type LinkInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'end'; readonly reason?: GoodbyeCode }
  | { readonly kind: 'wake' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'goodbye'; readonly goodbye: Goodbye }
  | { readonly kind: 'caughtUp' }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'renewFailed' }

/** What has to be done now. */
export type LinkEffect = 'connect' | 'disconnect' | 'renew'

/** The link after an input, and what has to be done. */
export type LinkStep = { readonly link: Link; readonly effects: readonly LinkEffect[] }

/** Now, and a number from 0 to 1 that spreads clients over time. */
export type Moment = { readonly now: UnixMs; readonly random: number }

/** How long a connection may take; a browser without a route can stay in between for ever. */
export const CONNECT_MS = 10_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Not wanted yet. */
export const idleLink: Link = { phase: { kind: 'idle' }, failures: 0, renewed: false, everLive: false }

/** One step. */
export function stepLink(link: Link, input: LinkInput, moment: Moment): LinkStep {
  const { phase } = link
  switch (input.kind) {
    case 'start':
      return phase.kind === 'idle' || phase.kind === 'ended' ? connect({ ...idleLink }, moment) : stay(link)
    case 'stop':
      return { link: idleLink, effects: ['disconnect'] }
    case 'end':
      return { link: { ...idleLink, phase: { kind: 'ended', reason: input.reason } }, effects: ['disconnect'] }
    case 'wake':
      return wake(link, moment)
    case 'connected':
      return phase.kind === 'connecting' ? stay({ ...link, phase: { kind: 'catchingUp' }, renewed: false }) : stay(link)
    case 'refused':
      return refused(link, moment)
    case 'dropped':
      return isUp(phase) || phase.kind === 'connecting' ? waitAgain(link, moment) : stay(link)
    case 'goodbye':
      return takeGoodbye(link, input.goodbye, moment)
    case 'caughtUp':
      return phase.kind === 'catchingUp'
        ? stay({ ...link, phase: { kind: 'live' }, failures: 0, everLive: true })
        : stay(link)
    case 'renewed':
      return phase.kind === 'renewing' ? connect(link, moment) : stay(link)
    case 'renewFailed':
      return phase.kind === 'renewing' ? waitAgain(link, moment) : stay(link)
    default:
      return assertNever(input)
  }
}

/** When to send `wake`. */
export function linkTimeout(link: Link): UnixMs | undefined {
  if (link.phase.kind === 'waiting') return link.phase.until
  return link.phase.kind === 'connecting' ? link.phase.deadline : undefined
}

/** What to show. */
export function linkStatus(link: Link, deviceOnline: boolean): ConnectionStatus {
  const { phase } = link
  const trying: ConnectionStatus = link.everLive ? { kind: 'stale' } : { kind: 'connecting' }
  switch (phase.kind) {
    case 'ended':
      return { kind: 'loggedOut', ...(phase.reason ? { reason: phase.reason } : {}) }
    case 'live':
    case 'catchingUp':
      return phase.kind === 'live' ? { kind: 'live' } : trying
    case 'waiting':
      if (deviceOnline && link.failures <= 1) return trying
      return { kind: 'offline', ...(deviceOnline ? { retryAt: phase.until } : {}) }
    case 'idle':
    case 'connecting':
    case 'renewing':
      return deviceOnline && link.failures <= 1 ? trying : { kind: 'offline' }
    default:
      return assertNever(phase)
  }
}

function isUp(phase: LinkPhase): boolean {
  return phase.kind === 'catchingUp' || phase.kind === 'live'
}

function stay(link: Link): LinkStep {
  return { link, effects: [] }
}

function connect(link: Link, { now }: Moment): LinkStep {
  return { link: { ...link, phase: { kind: 'connecting', deadline: now + CONNECT_MS } }, effects: ['connect'] }
}

/** A wait is over (or a person is impatient), or a try takes too long. */
function wake(link: Link, moment: Moment): LinkStep {
  const { phase } = link
  if (phase.kind === 'waiting') return connect(link, moment)
  if (phase.kind === 'connecting' && phase.deadline <= moment.now) return waitAgain(link, moment)
  return stay(link)
}

/** The token was refused: renew it once, and when the new one is refused too, slow down. */
function refused(link: Link, moment: Moment): LinkStep {
  if (link.phase.kind !== 'connecting') return stay(link)
  return link.renewed ? waitAgain(link, moment) : renew(link)
}

function renew(link: Link): LinkStep {
  return { link: { ...link, phase: { kind: 'renewing' }, renewed: true }, effects: ['disconnect', 'renew'] }
}

function takeGoodbye(link: Link, goodbye: Goodbye, moment: Moment): LinkStep {
  if (!isUp(link.phase) && link.phase.kind !== 'connecting') return stay(link)
  if (goodbye.code === 'token_expired') return renew(link)
  if (!goodbye.temporary)
    return { link: { ...idleLink, phase: { kind: 'ended', reason: goodbye.code } }, effects: ['disconnect'] }
  if (goodbye.reconnectAfterMs === undefined) return waitAgain(link, moment)
  const until = moment.now + goodbye.reconnectAfterMs
  return {
    link: { ...link, phase: { kind: 'waiting', until }, failures: link.failures + 1, renewed: false },
    effects: ['disconnect'],
  }
}

function waitAgain(link: Link, { now, random }: Moment): LinkStep {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(link.failures, 10))
  const until = now + Math.round(longest * (0.5 + random / 2))
  return {
    link: { ...link, phase: { kind: 'waiting', until }, failures: link.failures + 1, renewed: false },
    effects: ['disconnect'],
  }
}
