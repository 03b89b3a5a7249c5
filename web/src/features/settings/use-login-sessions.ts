import { useCallback, useEffect, useState } from 'react'
import type { LoginSession } from '../../protocol/generated'
import { api } from '../../realtime/client'

/** The list of login sessions as far as it is known. */
export type SessionsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly sessions: readonly LoginSession[] }

/** Loads where one is logged in: this device first, then the latest used. */
export function useLoginSessions() {
  const [state, setState] = useState<SessionsState>({ kind: 'loading' })

  const reload = useCallback(() => {
    api.loginSessions({ limit: 100 }).then(
      (page) => setState({ kind: 'ready', sessions: [...page.items].sort(byUse) }),
      () => setState({ kind: 'failed' }),
    )
  }, [])
  useEffect(reload, [reload])

  const forget = (id: string) =>
    setState((known) =>
      known.kind === 'ready' ? { kind: 'ready', sessions: known.sessions.filter((one) => one.id !== id) } : known,
    )
  return { state, reload, forget }
}

function byUse(a: LoginSession, b: LoginSession): number {
  return Number(b.current) - Number(a.current) || b.lastUsedAt - a.lastUsedAt
}
