import { useCallback, useEffect, useState } from 'react'
import { Refused } from '../../api/refused'
import type { InvitePreview } from '../../protocol/generated'
import { api } from '../../realtime/client'
import { explain } from '../../ui/use-submit'

/** What is known of an invite link. */
export type InviteState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly preview: InvitePreview }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly message: string; readonly retry: () => void }

/** Asks what a link invites to. */
export function useInvite(code: string): InviteState {
  const [state, setState] = useState<InviteState>({ kind: 'loading' })
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((count) => count + 1), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again.
  useEffect(() => {
    let current = true
    api.invite(code).then(
      (preview) => current && setState({ kind: 'ready', preview }),
      (error: unknown) => current && setState(failureState(error, retry)),
    )
    return () => {
      current = false
    }
  }, [code, attempt, retry])
  return state
}

function failureState(error: unknown, retry: () => void): InviteState {
  if (error instanceof Refused && !error.refusal.temporary) return { kind: 'gone' }
  return { kind: 'failed', message: explain(error).message, retry }
}
