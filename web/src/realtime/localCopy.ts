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
  readonly me: Me
  readonly userSeq: Seq
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
  readonly open: (userId: UserId) => Promise<RestoredUser | undefined>
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
      const restored = await inOrder(undefined, restoreUser)
      if (restored) {
        const { me, userSeq, summaries, outbox, drafts } = restored
        const byId = Object.fromEntries(summaries.map((summary) => [summary.room.id, summary]))
        written = { chat: { ...NOTHING.chat, me, userSeq, summaries: byId, outbox }, drafts }
      }
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

async function restoreUser(db: ChatDb): Promise<RestoredUser | undefined> {
  const [user, summaries, outbox, drafts] = await Promise.all([
    db.user.get('user'),
    db.summaries.toArray(),
    db.outbox.toArray(),
    db.drafts.toArray(),
  ])
  if (!user) return undefined
  return {
    me: user.me,
    userSeq: user.userSeq,
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

async function writeChanges(db: ChatDb, changes: Changes): Promise<void> {
  const { before, chat, drafts } = changes
  if (chat.me && chat.userSeq !== undefined && (chat.me !== before.chat.me || chat.userSeq !== before.chat.userSeq)) {
    await db.user.put({ key: 'user', me: chat.me, userSeq: chat.userSeq })
  }
  const summaries = difference(before.chat.summaries, chat.summaries)
  await db.summaries.bulkPut(summaries.changed.map(([roomId, summary]) => ({ roomId, summary })))
  await db.summaries.bulkDelete(summaries.removed)
  await writeRooms(db, changes)
  await writeOutbox(db, before.chat.outbox, chat.outbox)
  const texts = difference(before.drafts, drafts)
  await db.drafts.bulkPut(texts.changed.map(([roomId, text]) => ({ roomId, text })))
  await db.drafts.bulkDelete(texts.removed)
}

async function writeRooms(db: ChatDb, { before, chat, kept, now }: Changes): Promise<void> {
  const rooms = difference(before.chat.rooms, chat.rooms)
  await db.rooms.bulkPut(rooms.changed.map(([roomId, state]) => ({ roomId, state, usedAt: now })))
  const gone = difference(before.chat.summaries, chat.summaries).removed
  for (const roomId of gone) {
    await db.rooms.delete(roomId)
    await messagesOf(db, roomId).delete()
  }
  for (const [roomId, timeline] of difference(before.chat.timelines, chat.timelines).changed) {
    const end = (timeline.runs.at(-1) ?? []).slice(-KEPT_MESSAGES)
    const fresh = end.filter((message) => !kept.has(message))
    await db.messages.bulkPut(fresh)
    for (const message of fresh) kept.add(message)
    // Only the end is kept; of a history that was rewound nothing beyond it.
    const [first, last] = [end[0], end.at(-1)]
    if (first)
      await db.messages.where('[roomId+number]').between([roomId, Dexie.minKey], [roomId, first.number]).delete()
    if (last)
      await db.messages.where('[roomId+number]').between([roomId, last.number], [roomId, Dexie.maxKey], false).delete()
  }
  if (rooms.changed.length > 0) await pruneRooms(db)
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

async function writeOutbox(db: ChatDb, before: Outbox, after: Outbox): Promise<void> {
  if (before === after) return
  const known = new Set<OutboxEntry>(before)
  const ids = new Set(after.map((entry) => entry.clientMessageId))
  // What is on its way now is not after a reload.
  const changed = after.filter((entry) => !known.has(entry)).map(atRest)
  await db.outbox.bulkPut(changed)
  await db.outbox.bulkDelete(before.map((entry) => entry.clientMessageId).filter((id) => !ids.has(id)))
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
