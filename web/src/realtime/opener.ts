import { forgetRoom } from '../model/chat'
import { reduceReadCursor } from '../model/room'
import { newLineOf } from '../model/rooms'
import { addMessages, emptyTimeline, trimTimeline } from '../model/timeline'
import type { RoomId } from '../protocol/generated'
import type { ClientPorts } from './core'
import { changeChat, setIn } from './core'
import type { RestoredRoom } from './localCopy'
import { CommandRefused, NoAnswer } from './socket'
import type { Syncer } from './syncer'

/** Opens rooms: from the local copy at once, from the server when live. */
export type Opener = {
  readonly open: (roomId: RoomId) => void
  /** The room on the screen. */
  readonly current: () => RoomId | undefined
  /** A new connection: snapshots of the last one say nothing about who is there now. */
  readonly connected: () => void
  /** The connection is live: takes the snapshots that are waited for. */
  readonly live: () => void
  /** Another person: nothing is open. */
  readonly reset: () => void
}

/** Wait before a refused snapshot is asked for again, when the server names none. */
const RETRY_MS = 2_000

/** An opener with nothing open. */
export function createOpener(ports: ClientPorts, syncer: Syncer): Opener {
  const { store, copies, clock } = ports
  let current: RoomId | undefined
  /** Rooms whose snapshot was taken over this connection. */
  let joined = new Set<RoomId>()

  const join = async (roomId: RoomId) => {
    if (store.getState().connection.kind !== 'live' || joined.has(roomId)) return
    const mine = joined
    mine.add(roomId)
    try {
      await syncer.join(roomId)
    } catch (error) {
      mine.delete(roomId)
      if (error instanceof NoAnswer) return
      if (error instanceof CommandRefused && !error.refusal.temporary) {
        changeChat(store, (chat) => forgetRoom(chat, roomId))
        setIn(store, 'opened', roomId, 'missing')
        return
      }
      if (!(error instanceof CommandRefused)) ports.report(`join_room: ${String(error)}`)
      const waitMs = error instanceof CommandRefused ? (error.refusal.retryAfterMs ?? RETRY_MS) : RETRY_MS
      clock.after(waitMs, () => current === roomId && void join(roomId))
    }
  }

  const restore = async (roomId: RoomId) => {
    const restored = await copies.room(roomId)
    const { chat } = store.getState()
    if (!restored || chat.rooms[roomId] || !chat.summaries[roomId]) return
    show(roomId, restored)
  }

  const show = (roomId: RoomId, { state, messages }: RestoredRoom) => {
    changeChat(store, (chat) => {
      const summary = chat.summaries[roomId]
      const known = chat.timelines[roomId] ?? emptyTimeline
      return {
        ...chat,
        rooms: { ...chat.rooms, [roomId]: summary ? reduceReadCursor(state, summary) : state },
        timelines: { ...chat.timelines, [roomId]: addMessages(addMessages(known, messages), state.messages) },
      }
    })
    setIn(store, 'opened', roomId, 'ready')
  }

  const enter = (roomId: RoomId) => {
    const left = current
    current = roomId
    const { chat, reads } = store.getState()
    const summary = chat.summaries[roomId]
    setIn(store, 'newLines', roomId, summary && newLineOf(summary, reads[roomId]))
    const timeline = left === undefined ? undefined : chat.timelines[left]
    if (left === undefined || !timeline) return
    changeChat(store, (before) => ({ ...before, timelines: { ...before.timelines, [left]: trimTimeline(timeline) } }))
  }

  return {
    open: (roomId) => {
      if (roomId !== current) enter(roomId)
      if (!store.getState().chat.rooms[roomId]) {
        setIn(store, 'opened', roomId, 'loading')
        void restore(roomId)
      }
      void join(roomId)
    },
    current: () => current,
    connected: () => {
      joined = new Set()
    },
    live: () => {
      if (current !== undefined) void join(current)
    },
    reset: () => {
      current = undefined
      joined = new Set()
    },
  }
}
