import { create } from 'zustand'

type Toast = { readonly id: number; readonly text: string }

const shownMs = 4000
let lastId = 0

const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }))

/** Says in passing that something was done. What needs an answer is never said so. */
export function toast(text: string): void {
  const id = ++lastId
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, text }] }))
  setTimeout(() => useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) })), shownMs)
}

/** Where toasts appear: one live region, above everything. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts)
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-24 z-60 flex flex-col items-center gap-2 px-4"
    >
      {toasts.map((one) => (
        <p key={one.id} className="rise rounded-full bg-neutral px-4 py-2 text-[14px] text-neutral-content shadow-lift">
          {one.text}
        </p>
      ))}
    </div>
  )
}
