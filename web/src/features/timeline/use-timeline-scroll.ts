import { type RefObject, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { RoomView, TimelineView } from '../../realtime/views'
import { navigate } from '../../ui/router'
import { countAfter, lastSeqOf } from './rows'
import { useMarkRead } from './use-mark-read'
import { belowOf, useFirstPosition, useFollowEnd, useJumps, usePaging } from './use-timeline-moves'

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
  const { shift, scrollToEnd } = useFollowEnd({ view, list, atEnd })
  useFirstPosition({ view, list, atEnd, target, scrollToEnd })
  useJumps({ view, list, atEnd, target })
  const loadMore = usePaging({ view, list })
  useMarkRead({ roomId, room, atEnd: distance === 'end' && !hasAfter })

  const measure = () => {
    const handle = list.current
    if (!handle) return
    const below = belowOf(handle)
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

  const newCount = distance === 'end' ? 0 : countAfter(rows, seenSeq.current)
  return { shift, onScroll, onScrollEnd: measure, onResize, toEnd, far: distance === 'far', newCount }
}
