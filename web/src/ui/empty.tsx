import type { ReactNode } from 'react'

type Props = {
  readonly title: string
  readonly body?: string
  readonly children?: ReactNode
}

/** What stands where there is nothing: why, and one useful thing to do. */
export function Empty({ title, body, children }: Props) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 p-8 text-center">
      <h1 className="text-title font-semibold text-balance">{title}</h1>
      {body && <p className="max-w-[44ch] text-ink-2 text-pretty">{body}</p>}
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  )
}
