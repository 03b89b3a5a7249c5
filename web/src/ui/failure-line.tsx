import type { Failure } from './use-submit'

/** What went wrong as a whole; nothing when each fault stands beside its field. */
export function FailureLine({
  failure,
  shown,
}: {
  readonly failure: Failure | undefined
  readonly shown?: readonly string[]
}) {
  if (!failure) return null
  const besideFields = Object.keys(failure.fields).some((field) => shown?.includes(field))
  if (besideFields) return null
  return (
    <p role="alert" className="rounded-field bg-error/10 px-3 py-2 text-[14px] text-error">
      {failure.message}
    </p>
  )
}
