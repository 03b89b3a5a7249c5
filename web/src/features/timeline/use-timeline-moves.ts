import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { TimelineRow } from '../../model/rows'
import type { TimelineView } from '../../realtime/views'
import { isPrepended } from './rows'

/** What every move needs: what is shown, and the list that shows it. */
type Scene = { readonly view: TimelineView; readonly list: RefObject<VirtualizerHandle | null> }
/** And whether the list follows its end. */
type Following = Scene & { readonly atEnd: RefObject<boolean> }

/** Less than this from an edge asks for the next page. */
const pagePx = 1200
/** The rows are preceded by what stands at the top of the list. */
const rowsBefore = 1
/** Of what was read, this much stays in sight above the line of what is new. */
const readPx = 96

/** How much of the list is below what is in sight, in pixels. */
export function belowOf(handle: VirtualizerHandle): number {
  return handle.scrollSize - handle.scrollOffset - handle.viewportSize
}

/** Stays at the end when there, or goes there with a message of one's own; keeps its place when older ones arrive above. */
export function useFollowEnd({ view, list, atEnd }: Following) {
  const { rows, hasAfter } = view
  const previous = useRef<readonly TimelineRow[]>(rows)
  const shift = isPrepended(previous.current, rows)

  const scrollToEnd = useCallback(() => {
    list.current?.scrollToIndex(previous.current.length + rowsBefore - 1, { align: 'end' })
  }, [list])

  useLayoutEffect(() => {
    const before = previous.current
    previous.current = rows
    if (before === rows) return
    const last = rows.at(-1)
    const sent = last?.kind === 'outgoing' && last.key !== before.at(-1)?.key && !isPrepended(before, rows)
    if (!hasAfter && (atEnd.current || sent)) scrollToEnd()
  }, [rows, hasAfter, atEnd, scrollToEnd])

  return { shift, scrollToEnd }
}

type First = Following & { readonly target: number | undefined; readonly scrollToEnd: () => void }

/** Where a room opens: at the line of what is new, else at its end. */
export function useFirstPosition({ view, list, atEnd, target, scrollToEnd }: First): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when there is something to show.
  useLayoutEffect(() => {
    if (view.status !== 'ready' || target !== undefined) return
    const newLine = view.rows.findIndex((row) => row.kind === 'newLine')
    if (newLine < 0) return scrollToEnd()
    atEnd.current = false
    list.current?.scrollToIndex(newLine + rowsBefore, { align: 'start', offset: -readPx })
  }, [view.status])
}

/** Goes to the message that the address names. */
export function useJumps({ view, list, atEnd, target }: Following & { readonly target: number | undefined }): void {
  const { focus, rows } = view
  // biome-ignore lint/correctness/useExhaustiveDependencies: a jump is asked for once for each target.
  useEffect(() => {
    if (target !== undefined && view.status === 'ready') view.jumpTo(target)
  }, [target, view.status])

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when the focus arrives, not when rows change.
  useLayoutEffect(() => {
    if (focus === undefined) return
    const index = rows.findIndex((row) => row.kind === 'message' && row.message.seq === focus)
    if (index < 0) return
    atEnd.current = false
    list.current?.scrollToIndex(index + rowsBefore, { align: 'center' })
  }, [focus])
}

/** Asks for the next page when an edge comes near. Returns how to look again. */
export function usePaging({ view, list }: Scene): () => void {
  const loadMore = () => {
    const handle = list.current
    if (!handle || view.loading || view.failed) return
    if (view.hasBefore && handle.scrollOffset < pagePx) view.loadBefore()
    else if (view.hasAfter && belowOf(handle) < pagePx) view.loadAfter()
  }
  // Short pages may leave the edge in sight, then no scroll event asks for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every change of rows or of loading.
  useEffect(loadMore, [view.rows, view.loading])
  return loadMore
}
