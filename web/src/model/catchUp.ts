import { without } from '../lib/records'
import type { RoomSummary, StreamId, UserSnapshot } from '../protocol/generated'
import type { CheckedPage, CheckedSync } from '../protocol/parse'
import type { Chat } from './chat'
import { cursorOf, drain, foldEvents, forgetRoom, settle } from './chat'
import { reduceReadCursor } from './room'

/** Most cursors in one `sync`. Source: docs/protocol.md, "sync". */
export const MAX_CURSORS = 2_000

/** Which streams a `sync` asks for. */
export type CatchUpScope = 'everything' | 'gaps'

/**
 * The cursors to ask with. `everything` after connecting: all rooms, and without the user's own, so that the answer
 * brings the whole list with who is online. `gaps` while connected: what is known to miss something.
 */
export function cursorsToAsk(chat: Chat, scope: CatchUpScope): Readonly<Record<StreamId, number>> {
  const cursors: Record<StreamId, number> = {}
  if (scope === 'gaps' && chat.me && chat.userSeq !== undefined) cursors[chat.me.id] = chat.userSeq
  for (const roomId of Object.keys(chat.summaries).slice(0, MAX_CURSORS - 1)) {
    const cursor = cursorOf(chat, roomId)
    if (cursor !== undefined) cursors[roomId] = cursor
  }
  return cursors
}

/** Folds an answer of `sync`. */
export function foldSync(chat: Chat, result: CheckedSync): Chat {
  let next = result.user ? foldUserSnapshot(chat, result.user) : chat
  // The user's own stream first: it tells which rooms there are.
  const own = next.me?.id
  const ids = Object.keys(result.streams).sort((a, b) => Number(b === own) - Number(a === own))
  for (const id of ids) {
    const page = result.streams[id]
    if (page) next = foldPage(next, id, page)
  }
  return next
}

function foldPage(chat: Chat, stream: StreamId, page: CheckedPage): Chat {
  if (page.gone) return forgetRoom(chat, stream)
  if (page.reset)
    return page.summary
      ? resetRoom(chat, page.summary)
      : { ...chat, behind: without(chat.behind, stream) as Chat['behind'] }
  const behind = page.more
    ? { ...chat.behind, [stream]: true as const }
    : (without(chat.behind, stream) as Chat['behind'])
  const next = foldEvents({ ...chat, behind }, page.events)
  return settle(drain(next, stream), stream)
}

/** Too much is missing: the list's line as it is now; an opened room needs a fresh snapshot. */
function resetRoom(chat: Chat, summary: RoomSummary): Chat {
  const roomId = summary.room.id
  const known = cursorOf(chat, roomId) ?? 0
  // The server was set back (a backup was restored): what is known beyond its head never happened.
  const rewound = summary.seq < known
  const next: Chat = {
    ...chat,
    summaries: { ...chat.summaries, [roomId]: summary },
    timelines: rewound ? without(chat.timelines, roomId) : chat.timelines,
    ahead: rewound ? without(chat.ahead, roomId) : chat.ahead,
    behind: without(chat.behind, roomId) as Chat['behind'],
    outdated: chat.rooms[roomId] ? { ...chat.outdated, [roomId]: true } : chat.outdated,
  }
  return settle(drain(next, roomId), roomId)
}

function foldUserSnapshot(chat: Chat, snapshot: UserSnapshot): Chat {
  const kept = new Set(snapshot.rooms.map((summary) => summary.room.id))
  let next: Chat = { ...chat, me: snapshot.me, userSeq: snapshot.userSeq }
  for (const roomId of Object.keys(chat.summaries)) if (!kept.has(roomId)) next = forgetRoom(next, roomId)
  const summaries = Object.fromEntries(
    snapshot.rooms.map((summary) => [summary.room.id, newer(chat.summaries[summary.room.id], summary)]),
  )
  next = { ...next, summaries }
  next = { ...next, behind: without(next.behind, snapshot.me.id) as Chat['behind'] }
  for (const stream of [snapshot.me.id, ...kept]) next = settle(drain(next, stream), stream)
  return next
}

/** The line that is folded further; a read cursor never goes back. */
function newer(known: RoomSummary | undefined, fresh: RoomSummary): RoomSummary {
  if (!known || known.seq <= fresh.seq) return known ? reduceReadCursor(fresh, known) : fresh
  return reduceReadCursor(known, fresh)
}

/**
 * Gaps that `sync` did not fill: what was announced beyond the server's head is dropped, and a room whose two
 * foldings disagree takes a fresh snapshot.
 */
export function giveUpGaps(chat: Chat): Chat {
  const ahead = Object.fromEntries(
    Object.entries(chat.ahead).filter(([stream]) => cursorOf(chat, stream) === undefined),
  )
  const torn = Object.keys(chat.rooms).filter((roomId) => {
    const summary = chat.summaries[roomId]
    return summary !== undefined && summary.seq !== chat.rooms[roomId]?.seq
  })
  const outdated = { ...chat.outdated, ...Object.fromEntries(torn.map((roomId) => [roomId, true as const])) }
  return { ...chat, ahead, behind: {}, outdated }
}
