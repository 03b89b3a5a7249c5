import { ChevronDown, ChevronRight, Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { RoomRow } from '../../model/rooms'
import { IconButton } from '../../ui/button'

type Props = {
  readonly id: string
  readonly title: string
  readonly add: string
  readonly onAdd: () => void
  /** What the section holds; folded it still tells whether something is unread. */
  readonly hidden: readonly RoomRow[]
  readonly empty: string
  readonly loading: boolean
  readonly children: ReactNode
}

/** A fold of the rail with its button to add to it. */
export function RailSection({ id, title, add, onAdd, hidden, empty, loading, children }: Props) {
  const [folded, setFolded] = useFolded(id)
  const unread = hidden.reduce((sum, row) => sum + row.unread, 0)
  const Chevron = folded ? ChevronRight : ChevronDown
  return (
    <section aria-labelledby={`rail-${id}`} className="mt-3 first:mt-1">
      <div className="group flex items-center pr-0.5">
        <button
          type="button"
          aria-expanded={!folded}
          className="flex min-h-7 flex-1 items-center gap-1.5 rounded-field pl-2 text-left text-meta font-medium text-ink-3 hover:text-ink pointer-coarse:min-h-11"
          onClick={() => setFolded(!folded)}
        >
          <span className="flex w-5 justify-center" aria-hidden>
            <Chevron size={14} />
          </span>
          <span id={`rail-${id}`}>{title}</span>
          {folded && unread > 0 && <span className="size-1.5 rounded-full bg-primary" aria-hidden />}
        </button>
        <IconButton label={add} small onClick={onAdd}>
          <Plus size={16} aria-hidden />
        </IconButton>
      </div>
      {!folded && (
        <div className="mt-0.5 flex flex-col gap-px">
          {loading ? <RowSkeletons /> : children}
          {!loading && hidden.length === 0 && (
            <button
              type="button"
              className="min-h-(--rail-row) rounded-field pl-[38px] text-left text-meta text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
              onClick={onAdd}
            >
              {empty}
            </button>
          )}
        </div>
      )}
    </section>
  )
}

function RowSkeletons() {
  return (
    <div aria-hidden className="flex flex-col">
      {['55%', '72%', '40%'].map((width) => (
        <div key={width} className="flex min-h-(--rail-row) items-center gap-2.5 px-2 max-sm:min-h-16">
          <span className="skeleton size-5 rounded-full max-sm:size-12" />
          <span className="skeleton h-3" style={{ width }} />
        </div>
      ))}
    </div>
  )
}

function useFolded(id: string): [boolean, (folded: boolean) => void] {
  const key = `hearth.fold.${id}`
  const [folded, setFolded] = useState(() => readFlag(key))
  const store = (next: boolean) => {
    setFolded(next)
    try {
      localStorage.setItem(key, next ? '1' : '0')
    } catch {
      // Then it holds until the reload.
    }
  }
  return [folded, store]
}

function readFlag(key: string): boolean {
  try {
    return localStorage.getItem(key) === '1'
  } catch {
    return false
  }
}
