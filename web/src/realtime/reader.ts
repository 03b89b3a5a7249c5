import { createAlarm } from '../lib/alarm'
import { moveReadCursor } from '../model/chat'
import { unreadOf } from '../model/rooms'
import { emptyTimeline, latestUpTo } from '../model/timeline'
import type { RoomId, Seq } from '../protocol/generated'
import { readCursor } from '../protocol/shapes'
import type { ClientPorts } from './core'
import { changeChat, setIn } from './core'
import { CommandRefused } from './socket'

/** Moves read cursors: at once here, a little later on the server. */
export type Reader = {
  readonly markRead: (roomId: RoomId, seq: Seq) => void
  /** Tells the server what it does not know yet: after connecting. */
  readonly resume: () => void
}

/** Reading on tells the server at most this often. */
const THROTTLE_MS = 700

/** A reader over the store's `reads`. */
export function createReader(ports: ClientPorts): Reader {
  const { store, clock, socket } = ports
  let toldAt = 0

  const report = async (roomId: RoomId, seq: Seq) => {
    try {
      const cursor = readCursor(await socket.request('mark_read', { roomId, seq }), '')
      changeChat(store, (chat) => moveReadCursor(chat, roomId, cursor))
      forget(roomId, seq)
    } catch (error) {
      if (error instanceof CommandRefused && !error.refusal.temporary) forget(roomId, seq)
    }
  }

  const forget = (roomId: RoomId, seq: Seq) => {
    if ((store.getState().reads[roomId]?.readSeq ?? 0) <= seq) setIn(store, 'reads', roomId, undefined)
  }

  const flush = () => {
    const { connection, reads } = store.getState()
    if (connection.kind !== 'live' || Object.keys(reads).length === 0) return
    toldAt = clock.now()
    for (const [roomId, cursor] of Object.entries(reads)) void report(roomId, cursor.readSeq)
  }
  const alarm = createAlarm(clock, flush)

  return {
    markRead: (roomId, seq) => {
      const { chat, reads } = store.getState()
      const summary = chat.summaries[roomId]
      if (!summary || unreadOf(summary, reads[roomId]) === 0) return
      const upTo = Math.min(seq, summary.seq)
      if (upTo <= Math.max(summary.readSeq, reads[roomId]?.readSeq ?? 0)) return
      const latest = latestUpTo(chat.timelines[roomId] ?? emptyTimeline, upTo)
      const readNumber = upTo === summary.seq ? summary.lastNumber : (latest?.number ?? summary.readNumber)
      setIn(store, 'reads', roomId, { readSeq: upTo, readNumber })
      alarm.set(Math.max(clock.now(), toldAt + THROTTLE_MS))
    },
    resume: flush,
  }
}
