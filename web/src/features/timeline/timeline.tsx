import { ArrowDown } from 'lucide-react'
import { useRef } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { t } from '../../i18n/t'
import type { RoomView, TimelineView } from '../../realtime/views'
import { Row } from './row'
import { newestOwnKey } from './rows'
import { TimelineSkeleton } from './timeline-skeleton'
import { TimelineTop } from './timeline-top'
import { useRowKeys } from './use-row-keys'
import { useTimelineScroll } from './use-timeline-scroll'

type Props = {
  readonly roomId: string
  readonly room: RoomView
  readonly view: TimelineView
  /** The message that the address points to. */
  readonly target: number | undefined
}

/** What was said, newest below. Keeps its place when older messages arrive above, and follows the end when one is there. */
export function Timeline({ roomId, room, view, target }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const scroll = useTimelineScroll({ roomId, room, view, target, scroller, list })
  const onKeyDown = useRowKeys(scroller)
  const newestOwn = newestOwnKey(view.rows)

  if (view.status === 'loading') return <TimelineSkeleton />
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-label={t('timeline.label')}
        aria-live="polite"
        aria-relevant="additions"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
        className="flex h-full flex-col overflow-x-hidden overflow-y-auto overscroll-contain pb-1 outline-none [overflow-anchor:none]"
        onKeyDown={onKeyDown}
      >
        <div className="flex-1" />
        <Virtualizer
          ref={list}
          scrollRef={scroller}
          shift={scroll.shift}
          itemSize={44}
          bufferSize={600}
          onScroll={scroll.onScroll}
          onScrollEnd={scroll.onScrollEnd}
          onResize={scroll.onResize}
        >
          <TimelineTop key="top" room={room} view={view} />
          {view.rows.map((row) => (
            <Row
              key={row.key}
              row={row}
              focused={row.kind === 'message' && row.message.seq === view.focus}
              newestOwn={row.key === newestOwn}
            />
          ))}
        </Virtualizer>
        <EndPill count={scroll.newCount} far={scroll.far} onPress={scroll.toEnd} />
      </div>
    </div>
  )
}

type PillProps = { readonly count: number; readonly far: boolean; readonly onPress: () => void }

/** Tells what arrived below instead of jumping there. It stands inside what scrolls, so that a wheel turned over it scrolls too. */
function EndPill({ count, far, onPress }: PillProps) {
  if (count === 0 && !far) return null
  return (
    <div className="pointer-events-none sticky bottom-2 z-10 flex h-0 flex-none items-end justify-center">
      <button
        type="button"
        aria-label={count > 0 ? t('timeline.pill', { count }) : t('timeline.toBottom')}
        title={t('timeline.toBottom')}
        className={`rise pointer-events-auto flex min-h-8 items-center gap-1.5 rounded-full px-3 text-meta font-medium shadow-lift pointer-coarse:min-h-11 ${count > 0 ? 'bg-primary text-primary-content' : 'border border-line bg-raised text-ink-2 hover:text-ink'}`}
        onClick={onPress}
      >
        <ArrowDown size={15} aria-hidden />
        {count > 0 ? t('timeline.pill', { count }) : t('timeline.toBottom')}
      </button>
    </div>
  )
}
