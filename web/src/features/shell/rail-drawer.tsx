import { type ReactNode, useEffect, useRef } from 'react'
import { t } from '../../i18n/t'

type Props = { readonly open: boolean; readonly onClose: () => void; readonly children: ReactNode }

/** The rail where it has no column of its own: it slides over the page. */
export function RailDrawer({ open, onClose, children }: Props) {
  const drawer = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (!open) return
    const before = document.activeElement
    drawer.current?.querySelector<HTMLElement>('a, button')?.focus()
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && onClose()
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('keydown', onKey)
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [open, onClose])

  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        aria-label={t('rail.close')}
        hidden={!open}
        className="absolute inset-0 z-30 bg-scrim"
        onClick={onClose}
      />
      <div
        ref={drawer}
        inert={!open}
        className={`absolute inset-y-0 left-0 z-30 w-[300px] border-r border-line bg-sunken shadow-lift transition-[translate,visibility] duration-150 ease-out ${open ? 'visible translate-x-0' : 'invisible -translate-x-full'}`}
      >
        {children}
      </div>
    </>
  )
}
