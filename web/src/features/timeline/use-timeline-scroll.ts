import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { TimelineRow } from '../../model/rows'
import type { RoomView, TimelineView } from '../../realtime/views'
import { navigate } from '../../ui/router'
import { countAfter, isPrepended, lastSeqOf } from './rows'
import { useMarkRead } from './use-mark-read'

type Input = {
  readonly roomId: string
  readonly room: RoomView
  readonly view: TimelineView
  readonly target: number | undefined
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly list: RefObject<VirtualizerHandle | null>
}

/** Less than this from the end counts as being there. */
const endPx = 48
/** Less than this from an edge asks for the next page. */
const pagePx = 1200
/** The rows are preceded by what stands at the top of the list. */
const rowsBefore = 1

/** How far the end is: there, in reach, or more than a screen away. */
type Distance = 'end' | 'near' | 'far'

function distanceOf(belowPx: number, viewportPx: number): Distance {
  if (belowPx <= endPx) return 'end'
  return belowPx > viewportPx ? 'far' : 'near'
}

/** Where the timeline stands and what moves it: the person, a jump, or the end that it follows. */
export function useTimelineScroll({ roomId, room, view, target, list }: Input) {
  const { rows, hasAfter, focus } = view
  const atEnd = useRef(true)
  const seenSeq = useRef(lastSeqOf(rows))
  const [distance, setDistance] = useState<Distance>('end')
  const previous = useRef<readonly TimelineRow[]>(rows)
  const shift = isPrepended(previous.current, rows)
  useMarkRead({ roomId, room, atEnd: distance === 'end' && !hasAfter })

  const scrollToEnd = useCallback(() => {
    list.current?.scrollToIndex(previous.current.length + rowsBefore - 1, { align: 'end' })
  }, [list])

  // The first position: the line of what is new, else the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when there is something to show.
  useLayoutEffect(() => {
    if (view.status !== 'ready' || target !== undefined) return
    const newLine = rows.findIndex((row) => row.kind === 'newLine')
    if (newLine < 0) return scrollToEnd()
    atEnd.current = false
    list.current?.scrollToIndex(newLine + rowsBefore, { align: 'start', offset: -96 })
  }, [view.status])

  // New rows: stay at the end when there, or when the newest is one's own.
  useLayoutEffect(() => {
    const before = previous.current
    previous.current = rows
    if (before === rows) return
    const sent =
      rows.at(-1)?.kind === 'outgoing' && rows.at(-1)?.key !== before.at(-1)?.key && !isPrepended(before, rows)
    if (!hasAfter && (atEnd.current || sent)) scrollToEnd()
  }, [rows, hasAfter, scrollToEnd])

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

  const loadMore = () => {
    const handle = list.current
    if (!handle || view.loading || view.failed) return
    const below = handle.scrollSize - handle.scrollOffset - handle.viewportSize
    if (view.hasBefore && handle.scrollOffset < pagePx) view.loadBefore()
    else if (view.hasAfter && below < pagePx) view.loadAfter()
  }
  // Short pages may leave the edge in sight, then no scroll event asks for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every change of rows or of loading.
  useEffect(loadMore, [rows, view.loading])

  const measure = () => {
    const handle = list.current
    if (!handle) return
    const below = handle.scrollSize - handle.scrollOffset - handle.viewportSize
    atEnd.current = below <= endPx && !hasAfter
    if (atEnd.current) seenSeq.current = lastSeqOf(rows)
    setDistance(hasAfter ? 'far' : distanceOf(below, handle.viewportSize))
  }
  const onScroll = () => {
    measure()
    loadMore()
  }
  const onResize = () => {
    if (atEnd.current && !hasAfter) scrollToEnd()
    else measure()
  }
  const toEnd = () => {
    atEnd.current = true
    setDistance('end')
    if (target !== undefined) navigate(`/r/${roomId}`, 'replace')
    if (hasAfter || focus !== undefined) view.jumpToEnd()
    scrollToEnd()
  }

  return {
    shift,
    onScroll,
    onScrollEnd: measure,
    onResize,
    toEnd,
    far: distance === 'far',
    newCount: distance !== 'end' ? countAfter(rows, seenSeq.current) : 0,
  }
}
