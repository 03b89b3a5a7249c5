import type {
  Message,
  Presence,
  ReadCursor,
  RoomId,
  RoomRole,
  RoomSummary,
  RoomType,
  UnixMs,
  UserRef,
} from '../protocol/generated'
import type { Chat } from './chat'
import type { PresenceMap } from './presence'
import { reduceReadCursor } from './room'
import type { NewLine } from './rows'

/** A room as the list shows it. */
export type RoomRow = {
  readonly id: RoomId
  readonly type: RoomType
  /** The room's name, or the other person's display name. */
  readonly title: string
  readonly topic: string
  readonly role: RoomRole
  /** Messages after the read cursor. */
  readonly unread: number
  readonly lastMessage: Message | undefined
  readonly lastActivityAt: UnixMs
  /** The other person of a direct room. */
  readonly peer: UserRef | undefined
  readonly peerPresence: Presence | undefined
  /** What stands in the composer; empty without a draft. */
  readonly draft: string
  /** How many own messages could not be sent. */
  readonly failed: number
}

/** Read cursors that this device moved and the server has yet to confirm. */
export type ReadAhead = Readonly<Record<RoomId, ReadCursor>>

/** What rows of the list are made of. */
export type RoomsInput = {
  readonly chat: Pick<Chat, 'summaries' | 'outbox'>
  readonly presence: PresenceMap
  readonly drafts: Readonly<Record<RoomId, string>>
  readonly reads: ReadAhead
}

/** The list, latest activity first. Rows that did not change are the same objects as in `before`. */
export function roomRows(input: RoomsInput, before: readonly RoomRow[] = []): readonly RoomRow[] {
  const known = new Map(before.map((row) => [row.id, row]))
  const failed = failedByRoom(input.chat.outbox)
  const rows = Object.values(input.chat.summaries).map((summary) => {
    const row = roomRow(summary, input, failed.get(summary.room.id) ?? 0)
    const old = known.get(row.id)
    return old && isSame(old, row) ? old : row
  })
  rows.sort((a, b) => b.lastActivityAt - a.lastActivityAt || (a.id < b.id ? -1 : 1))
  return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows
}

/** The room's name, or the other person's. */
export function titleOf(summary: Pick<RoomSummary, 'room' | 'peer'>): string {
  return summary.room.type === 'direct' ? (summary.peer?.displayName ?? '') : summary.room.name
}

/** Messages after the read cursor, one that the server has yet to confirm included. */
export function unreadOf(summary: RoomSummary, ahead: ReadCursor | undefined): number {
  const { readNumber } = ahead ? reduceReadCursor(summary, ahead) : summary
  return Math.max(0, summary.lastNumber - readNumber)
}

/** The line above what one has not read; nothing when all is read. */
export function newLineOf(summary: RoomSummary, ahead: ReadCursor | undefined): NewLine | undefined {
  const count = unreadOf(summary, ahead)
  return count === 0 ? undefined : { after: Math.max(summary.readSeq, ahead?.readSeq ?? 0), count }
}

function roomRow(summary: RoomSummary, input: RoomsInput, failed: number): RoomRow {
  const { room, peer, lastMessage } = summary
  return {
    id: room.id,
    type: room.type,
    title: titleOf(summary),
    topic: room.topic,
    role: summary.role,
    unread: unreadOf(summary, input.reads[room.id]),
    lastMessage,
    lastActivityAt: Math.max(room.createdAt, lastMessage?.timestamp ?? 0),
    peer,
    peerPresence: peer && (input.presence[peer.id] ?? summary.peerPresence),
    draft: input.drafts[room.id] ?? '',
    failed,
  }
}

function failedByRoom(outbox: Chat['outbox']): Map<RoomId, number> {
  const counts = new Map<RoomId, number>()
  for (const entry of outbox) {
    if (entry.state.kind === 'failed') counts.set(entry.roomId, (counts.get(entry.roomId) ?? 0) + 1)
  }
  return counts
}

function isSame(a: RoomRow, b: RoomRow): boolean {
  return (Object.keys(a) as (keyof RoomRow)[]).every((key) => a[key] === b[key])
}
