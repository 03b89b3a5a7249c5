import Dexie from 'dexie'
import type { Chat } from '../model/chat'
import type { Outbox, OutboxEntry } from '../model/outbox'
import { adoptEntries } from '../model/outbox'
import type { RoomState } from '../model/room'
import { KEPT_MESSAGES } from '../model/timeline'
import type { Me, Message, RoomId, RoomSummary, Seq, UserId } from '../protocol/generated'
import { ChatDb, deleteAllCopies } from './db'

/** What a reload finds. */
export type RestoredUser = {
  /** Undefined when nothing was kept of them. */
  readonly me: Me | undefined
  readonly userSeq: Seq | undefined
  readonly summaries: readonly RoomSummary[]
  readonly outbox: Outbox
  readonly drafts: Readonly<Record<RoomId, string>>
}

/** What the local copy has of one room. */
export type RestoredRoom = { readonly state: RoomState; readonly messages: readonly Message[] }

/**
 * The local copy of one person at a time. Reading and writing never throw: without IndexedDB (some private windows)
 * everything works but starts empty. Writes are transactions that keep a seq together with what was folded up to it.
 */
export type LocalCopies = {
  readonly open: (userId: UserId) => Promise<RestoredUser>
  readonly room: (roomId: RoomId) => Promise<RestoredRoom | undefined>
  readonly outbox: () => Promise<Outbox>
  /** Writes what changed between the last written state and this one. */
  readonly write: (chat: Chat, drafts: Readonly<Record<RoomId, string>>) => Promise<void>
  /** Closes the copy and removes all of them from the device. */
  readonly wipe: () => Promise<void>
  readonly close: () => void
}

/** Opened rooms that are kept. */
const KEPT_ROOMS = 50

type Written = {
  readonly chat: Pick<Chat, 'me' | 'userSeq' | 'summaries' | 'rooms' | 'timelines' | 'outbox'>
  readonly drafts: Readonly<Record<RoomId, string>>
}

const NOTHING: Written = {
  chat: { me: undefined, userSeq: undefined, summaries: {}, rooms: {}, timelines: {}, outbox: [] },
  drafts: {},
}

const NOBODY: RestoredUser = { me: undefined, userSeq: undefined, summaries: [], outbox: [], drafts: {} }

/** Copies in IndexedDB. `report` hears why one cannot be kept. */
export function createLocalCopies(now: () => number, report: (reason: string) => void): LocalCopies {
  let db: ChatDb | undefined
  let written = NOTHING
  let kept = new WeakSet<Message>()
  let queue: Promise<unknown> = Promise.resolve()

  /** One after the other, in the order asked; a failure says nothing about the next. */
  const inOrder = <T>(fallback: T, job: (open: ChatDb) => Promise<T>): Promise<T> => {
    const run = queue.then(async () => {
      if (!db) return fallback
      try {
        return await job(db)
      } catch (error) {
        report(`local copy: ${String(error)}`)
        return fallback
      }
    })
    queue = run
    return run
  }

  return {
    open: async (userId) => {
      db?.close()
      db = new ChatDb(userId)
      written = NOTHING
      kept = new WeakSet()
      const restored = await inOrder(NOBODY, restoreUser)
      const { me, userSeq, summaries, outbox, drafts } = restored
      const byId = Object.fromEntries(summaries.map((summary) => [summary.room.id, summary]))
      written = { chat: { ...NOTHING.chat, me, userSeq, summaries: byId, outbox }, drafts }
      return restored
    },
    room: (roomId) =>
      inOrder(undefined, async (open) => {
        const restored = await restoreRoom(open, roomId)
        for (const message of restored?.messages ?? []) kept.add(message)
        return restored
      }),
    outbox: () => inOrder<Outbox>([], (open) => open.outbox.toArray()),
    write: (chat, drafts) =>
      inOrder(undefined, async (open) => {
        const before = written
        const changes = { before, chat, drafts, kept, now: now() }
        kept = new WeakSet() // Until the commit nothing counts as written.
        await open.transaction('rw', open.tables, () => writeChanges(open, changes))
        kept = changes.kept
        written = { chat, drafts }
      }),
    wipe: async () => {
      await queue
      db?.close()
      db = undefined
      written = NOTHING
      try {
        await deleteAllCopies()
      } catch (error) {
        report(`local copy: ${String(error)}`)
      }
    },
    close: () => {
      db?.close()
      db = undefined
    },
  }
}

async function restoreUser(db: ChatDb): Promise<RestoredUser> {
  const [user, summaries, outbox, drafts] = await Promise.all([
    db.user.get('user'),
    db.summaries.toArray(),
    db.outbox.toArray(),
    db.drafts.toArray(),
  ])
  return {
    me: user?.me,
    userSeq: user?.userSeq,
    summaries: summaries.map((stored) => stored.summary),
    outbox: adoptEntries([], outbox),
    drafts: Object.fromEntries(drafts.map((draft) => [draft.roomId, draft.text])),
  }
}

async function restoreRoom(db: ChatDb, roomId: RoomId): Promise<RestoredRoom | undefined> {
  const stored = await db.rooms.get(roomId)
  if (!stored) return undefined
  const messages = await messagesOf(db, roomId).reverse().limit(KEPT_MESSAGES).toArray()
  return { state: stored.state, messages: messages.reverse() }
}

function messagesOf(db: ChatDb, roomId: RoomId) {
  return db.messages.where('[roomId+number]').between([roomId, Dexie.minKey], [roomId, Dexie.maxKey])
}

type Changes = Written & { readonly before: Written; readonly kept: WeakSet<Message>; readonly now: number }

/** Asks for every write at once: a transaction that waits for nothing commits, so no step may find nothing to do. */
async function writeChanges(db: ChatDb, changes: Changes): Promise<void> {
  const { before, chat, drafts } = changes
  const writes: PromiseLike<unknown>[] = []
  if (chat.me && (chat.me !== before.chat.me || chat.userSeq !== before.chat.userSeq)) {
    writes.push(db.user.put({ key: 'user', me: chat.me, userSeq: chat.userSeq }))
  }
  const summaries = difference(before.chat.summaries, chat.summaries)
  writes.push(db.summaries.bulkPut(summaries.changed.map(([roomId, summary]) => ({ roomId, summary }))))
  writes.push(db.summaries.bulkDelete(summaries.removed))
  for (const roomId of summaries.removed) writes.push(db.rooms.delete(roomId), messagesOf(db, roomId).delete())
  writes.push(...writeRooms(db, changes), ...writeOutbox(db, before.chat.outbox, chat.outbox))
  const texts = difference(before.drafts, drafts)
  writes.push(db.drafts.bulkPut(texts.changed.map(([roomId, text]) => ({ roomId, text }))))
  writes.push(db.drafts.bulkDelete(texts.removed))
  await Promise.all(writes)
}

function writeRooms(db: ChatDb, { before, chat, kept, now }: Changes): PromiseLike<unknown>[] {
  const rooms = difference(before.chat.rooms, chat.rooms).changed
  const writes: PromiseLike<unknown>[] = [
    db.rooms.bulkPut(rooms.map(([roomId, state]) => ({ roomId, state, usedAt: now }))),
  ]
  for (const [roomId, timeline] of difference(before.chat.timelines, chat.timelines).changed) {
    const end = (timeline.runs.at(-1) ?? []).slice(-KEPT_MESSAGES)
    const fresh = end.filter((message) => !kept.has(message))
    for (const message of fresh) kept.add(message)
    // Only the end is kept; of a history that was set back, nothing beyond it.
    const [first, last] = [end[0]?.number ?? 0, end.at(-1)?.number ?? 0]
    const place = db.messages.where('[roomId+number]')
    writes.push(
      place.between([roomId, Dexie.minKey], [roomId, first]).delete(),
      place.between([roomId, last], [roomId, Dexie.maxKey], false).delete(),
      db.messages.bulkPut(fresh),
    )
  }
  if (rooms.length > 0) writes.push(pruneRooms(db))
  return writes
}

async function pruneRooms(db: ChatDb): Promise<void> {
  const count = await db.rooms.count()
  if (count <= KEPT_ROOMS) return
  const old = await db.rooms
    .orderBy('usedAt')
    .limit(count - KEPT_ROOMS)
    .primaryKeys()
  await db.rooms.bulkDelete(old)
  for (const roomId of old) await messagesOf(db, roomId).delete()
}

function writeOutbox(db: ChatDb, before: Outbox, after: Outbox): PromiseLike<unknown>[] {
  if (before === after) return []
  const known = new Set<OutboxEntry>(before)
  const ids = new Set(after.map((entry) => entry.clientMessageId))
  // What is on its way now is not after a reload.
  const changed = after.filter((entry) => !known.has(entry)).map(atRest)
  const gone = before.map((entry) => entry.clientMessageId).filter((id) => !ids.has(id))
  return [db.outbox.bulkPut(changed), db.outbox.bulkDelete(gone)]
}

function atRest(entry: OutboxEntry): OutboxEntry {
  return entry.state.kind === 'sending' ? { ...entry, state: { kind: 'pending' } } : entry
}

/** What changed from one record to the next, by identity. */
function difference<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): { changed: [string, T][]; removed: string[] } {
  if (before === after) return { changed: [], removed: [] }
  return {
    changed: Object.entries(after).filter(([key, value]) => before[key] !== value),
    removed: Object.keys(before).filter((key) => !(key in after)),
  }
}
