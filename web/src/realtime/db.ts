import type { Table } from 'dexie'
import Dexie from 'dexie'
import type { OutboxEntry } from '../model/outbox'
import type { RoomState } from '../model/room'
import type { Me, Message, RoomId, RoomSummary, Seq, UserId } from '../protocol/generated'

/** An opened room, and when it was last written. */
export type StoredRoom = { readonly roomId: RoomId; readonly state: RoomState; readonly usedAt: number }

/** A line of the list. */
export type StoredSummary = { readonly roomId: RoomId; readonly summary: RoomSummary }

/** The user's own stream as folded; without a seq before its first snapshot. */
export type StoredUser = { readonly key: 'user'; readonly me: Me; readonly userSeq: Seq | undefined }

/** What stands in a composer. */
export type StoredDraft = { readonly roomId: RoomId; readonly text: string }

/** One person's local copy: what is shown before the server answers, and what is still to be sent. */
export class ChatDb extends Dexie {
  readonly user!: Table<StoredUser, string>
  readonly summaries!: Table<StoredSummary, RoomId>
  readonly rooms!: Table<StoredRoom, RoomId>
  readonly messages!: Table<Message, [RoomId, number]>
  readonly outbox!: Table<OutboxEntry, string>
  readonly drafts!: Table<StoredDraft, RoomId>

  constructor(userId: UserId) {
    super(databaseName(userId), { chromeTransactionDurability: 'relaxed' })
    this.version(1).stores({
      user: 'key',
      summaries: 'roomId',
      rooms: 'roomId, usedAt',
      messages: '[roomId+number], &id',
      outbox: 'clientMessageId',
      drafts: 'roomId',
    })
  }
}

/** The name of a person's database. */
export function databaseName(userId: UserId): string {
  return `hearth-${userId}`
}

/** Removes every local copy of this site, also of people who were here before. */
export async function deleteAllCopies(): Promise<void> {
  const names = await Dexie.getDatabaseNames()
  await Promise.all(names.filter((name) => name.startsWith('hearth-')).map((name) => Dexie.delete(name)))
}
