import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../i18n/t'
import { Button, IconButton } from './button'

type Props = {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly width?: 'narrow' | 'wide'
}

/** A modal window that is shown as long as it is mounted. On phones it rises from the lower edge. */
export function Dialog({ title, onClose, children, width = 'narrow' }: Props) {
  return (
    <Base.Root defaultOpen onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fade fixed inset-0 z-40 bg-scrim" />
        <Base.Viewport className="fixed inset-0 z-50 flex items-end justify-center overflow-hidden sm:items-start sm:px-4 sm:pt-[12vh]">
          <Base.Popup
            className={`popup appear flex max-h-[92dvh] w-full flex-col max-sm:rounded-b-none max-sm:border-x-0 max-sm:border-b-0 sm:max-h-[76dvh] ${width === 'wide' ? 'sm:max-w-[560px]' : 'sm:max-w-[440px]'}`}
          >
            <header className="flex flex-none items-center gap-2 py-3 pr-3 pl-5">
              <Base.Title className="name flex-1 text-title font-semibold">{title}</Base.Title>
              <Base.Close render={<IconButton label={t('action.close')} />}>
                <X size={18} aria-hidden />
              </Base.Close>
            </header>
            <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-[max(20px,env(safe-area-inset-bottom))]">
              {children}
            </div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

type ConfirmProps = {
  readonly title: string
  readonly body: string
  readonly confirm: string
  readonly tone?: 'danger' | 'primary'
  readonly busy?: boolean
  readonly error?: string | undefined
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks once before what cannot be undone. */
export function Confirm({
  title,
  body,
  confirm,
  tone = 'danger',
  busy = false,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="text-ink-2">{body}</p>
      {error && (
        <p role="alert" className="mt-3 text-meta text-error">
          {error}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button tone={tone} busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

/** The row of buttons that ends a dialog. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2 max-sm:*:flex-1">{children}</div>
}
