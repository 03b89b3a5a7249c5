import type { MessageRange } from '../api/rest'
import type { Chat } from '../model/chat'
import { removeSent } from '../model/chat'
import type { Timeline } from '../model/timeline'
import {
  addPage,
  anchorAt,
  anchorAtEnd,
  emptyTimeline,
  findMessage,
  hasAfter,
  hasBefore,
  latestUpTo,
  shownRun,
} from '../model/timeline'
import type { RoomId, Seq } from '../protocol/generated'
import type { ClientPorts } from './core'
import { changeChat, setIn } from './core'
import type { Paging } from './store'

/** Loads older and newer pages of rooms. Every call shows its outcome in the store. */
export type Pager = {
  readonly loadBefore: (roomId: RoomId) => void
  readonly loadAfter: (roomId: RoomId) => void
  readonly jumpTo: (roomId: RoomId, seq: Seq) => void
  readonly jumpToEnd: (roomId: RoomId) => void
}

const PAGE = 50

/** A pager over the history routes. */
export function createPager(ports: ClientPorts): Pager {
  const { store, api } = ports

  const timelineOf = (chat: Chat, roomId: RoomId) => chat.timelines[roomId] ?? emptyTimeline
  const lastNumberOf = (roomId: RoomId) => store.getState().chat.summaries[roomId]?.lastNumber ?? 0

  const changeTimeline = (roomId: RoomId, change: (timeline: Timeline) => Timeline) =>
    changeChat(store, (chat) => ({
      ...chat,
      timelines: { ...chat.timelines, [roomId]: change(timelineOf(chat, roomId)) },
    }))

  const load = async (roomId: RoomId, loading: NonNullable<Paging['loading']>, range: MessageRange) => {
    if (store.getState().paging[roomId]?.loading) return
    setIn(store, 'paging', roomId, { loading, failed: false })
    try {
      const page = await api.messages(roomId, range, PAGE)
      changeTimeline(roomId, (timeline) => {
        const next = addPage(timeline, page)
        if (!('around' in range)) return next
        const target = findMessage(next, range.around) ?? latestUpTo(next, range.around)
        return target ? anchorAt(next, target) : next
      })
      changeChat(store, (chat) => removeSent(chat, page.items))
      setIn(store, 'paging', roomId, { loading: undefined, failed: false })
    } catch {
      setIn(store, 'paging', roomId, { loading: undefined, failed: true })
    }
  }

  return {
    loadBefore: (roomId) => {
      const timeline = timelineOf(store.getState().chat, roomId)
      const first = shownRun(timeline)[0]
      if (!hasBefore(timeline, lastNumberOf(roomId))) return
      void load(roomId, 'before', first ? { before: first.seq } : { latest: true })
    },
    loadAfter: (roomId) => {
      const timeline = timelineOf(store.getState().chat, roomId)
      const last = shownRun(timeline).at(-1)
      if (last && hasAfter(timeline, lastNumberOf(roomId))) void load(roomId, 'after', { after: last.seq })
    },
    jumpTo: (roomId, seq) => {
      const message = findMessage(timelineOf(store.getState().chat, roomId), seq)
      if (message) changeTimeline(roomId, (timeline) => anchorAt(timeline, message))
      else void load(roomId, 'around', { around: seq })
    },
    jumpToEnd: (roomId) => changeTimeline(roomId, anchorAtEnd),
  }
}
