import { Unreachable } from '../api/refused'
import { createAlarm } from '../lib/alarm'
import type { Link, LinkEffect, LinkInput } from '../model/connection'
import { idleLink, linkStatus, linkTimeout, stepLink } from '../model/connection'
import type { ClientPorts } from './core'

/** Runs the link of `model/connection.ts` on a real socket and clock. */
export type LinkDriver = {
  readonly input: (input: LinkInput) => void
  readonly link: () => Link
  /** Lets go of the connection and tries no more, as when the page is closed. */
  readonly stop: () => void
}

/** An idle link. `changed` is called after every step. */
export function createLinkDriver(ports: ClientPorts, changed: (before: Link, after: Link) => void): LinkDriver {
  const { session, socket, clock, store, device } = ports
  let link = idleLink
  /** Tries may be given up while they wait for a token. */
  let attempt = 0
  let stopped = false

  const connect = async () => {
    attempt += 1
    const mine = attempt
    try {
      const token = await session.token()
      if (mine !== attempt) return
      if (token === undefined) input({ kind: 'end' })
      else socket.open(token)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      if (mine === attempt) input({ kind: 'dropped' })
    }
  }

  const renew = async () => {
    try {
      const grant = await session.renew(session.grant()?.accessToken)
      input(grant ? { kind: 'renewed' } : { kind: 'end', reason: 'session_ended' })
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      input({ kind: 'renewFailed' })
    }
  }

  const perform = (effect: LinkEffect) => {
    if (effect === 'disconnect') {
      attempt += 1
      socket.close()
    } else if (effect === 'connect') void connect()
    else void renew()
  }

  const input = (what: LinkInput) => {
    if (stopped) return
    const before = link
    const step = stepLink(link, what, { now: clock.now(), random: ports.random() })
    link = step.link
    alarm.set(linkTimeout(link))
    show()
    for (const effect of step.effects) perform(effect)
    changed(before, link)
  }
  const alarm = createAlarm(clock, () => input({ kind: 'wake' }))

  const show = () => {
    // Without a person there is no link to speak of: who is logged in says it all.
    if (link.phase.kind === 'idle') return
    const status = linkStatus(link, device.online())
    const shown = store.getState().connection
    if (JSON.stringify(status) !== JSON.stringify(shown)) store.setState({ connection: status })
  }

  let online = device.online()
  const deaf = device.onChange(() => {
    const wentOffline = online && !device.online()
    online = device.online()
    show()
    // A dead network breaks no connection by itself: it would look alive until its next heartbeat is missed.
    if (wentOffline) input({ kind: 'dropped' })
    // A person who looks again, or a network that came back, should not wait for the next try.
    if (online && !device.hidden() && link.phase.kind === 'waiting') input({ kind: 'wake' })
  })

  const stop = () => {
    stopped = true
    deaf()
    alarm.set(undefined)
    perform('disconnect')
  }

  return { input, link: () => link, stop }
}
