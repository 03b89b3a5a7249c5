import type { TimelineRow } from '../../model/rows'

/** Whether `after` is `before` with more rows above: then the list must keep its distance from the end. */
export function isPrepended(before: readonly TimelineRow[], after: readonly TimelineRow[]): boolean {
  if (before === after || before.length === 0 || after.length <= before.length) return false
  return before.at(-1)?.key === after.at(-1)?.key
}

/** Seq of the newest message; 0 without any. */
export function lastSeqOf(rows: readonly TimelineRow[]): number {
  const last = rows.findLast((row) => row.kind === 'message')
  return last?.kind === 'message' ? last.message.seq : 0
}

/** How many messages of others came after a seq. */
export function countAfter(rows: readonly TimelineRow[], seq: number): number {
  return rows.filter((row) => row.kind === 'message' && !row.mine && row.message.seq > seq).length
}

/** Key of the newest message by the person who looks. */
export function newestOwnKey(rows: readonly TimelineRow[]): string | undefined {
  return rows.findLast((row) => row.kind === 'message' && row.mine)?.key
}
