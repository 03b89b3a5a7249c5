import { useRef, useState } from 'react'
import { t } from '../i18n/t'

/** What went wrong, in words: beside the fields it concerns, and as a whole. */
export type Failure = { readonly message: string; readonly fields: Readonly<Record<string, string>> }

type Shape = {
  readonly refusal?: {
    readonly code: string
    readonly message: string
    readonly fields?: Readonly<Record<string, string>>
    readonly retryAfterMs?: number
  }
}

/** Says what went wrong with a request. */
export function explain(error: unknown): Failure {
  const refusal = (error as Shape | null)?.refusal
  if (refusal) {
    const seconds = Math.ceil((refusal.retryAfterMs ?? 0) / 1000)
    if (refusal.code === 'rate_limited' && seconds > 0)
      return { message: t('error.slowDown', { count: seconds }), fields: {} }
    if (refusal.code === 'internal') return { message: t('error.unknown'), fields: {} }
    return { message: refusal.message, fields: refusal.fields ?? {} }
  }
  const unreachable = error instanceof Error && error.name === 'Unreachable'
  return { message: t(unreachable ? 'error.network' : 'error.unknown'), fields: {} }
}

/** The one-at-a-time sending of a form. */
export type Submit = {
  readonly busy: boolean
  readonly failure: Failure | undefined
  /** Runs the request unless one is under way; true when it succeeded. */
  readonly run: (request: () => Promise<void>) => Promise<boolean>
  readonly fail: (failure: Failure | undefined) => void
}

/** Sends once at a time and keeps what went wrong. */
export function useSubmit(): Submit {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const running = useRef(false)

  const run = async (request: () => Promise<void>): Promise<boolean> => {
    if (running.current) return false
    running.current = true
    setBusy(true)
    setFailure(undefined)
    try {
      await request()
      return true
    } catch (error) {
      setFailure(explain(error))
      return false
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { busy, failure, run, fail: setFailure }
}
