import type { ReactNode } from 'react'
import { t } from '../i18n/t'

type Props = { readonly title: string; readonly lead?: ReactNode; readonly children?: ReactNode }

/** A page outside the rooms: one centred column. */
export function Page({ title, lead, children }: Props) {
  return (
    <div className="h-dvh overflow-y-auto bg-sunken">
      <main className="mx-auto flex min-h-full w-full max-w-[400px] flex-col justify-center px-5 py-10">
        <img src="/icon.svg" alt={t('app.name')} width={44} height={44} className="mb-6" />
        <h1 className="text-page font-semibold tracking-[-0.01em] text-balance [overflow-wrap:anywhere]">{title}</h1>
        {lead && <div className="mt-1.5 text-ink-2 text-pretty">{lead}</div>}
        {children && <div className="mt-7">{children}</div>}
      </main>
    </div>
  )
}
