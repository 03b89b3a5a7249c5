import type { RoomRole } from '../../protocol/generated'

/**
 * What one member may do to another, to leave out what would be refused anyway. The server decides.
 *
 * Source: the table of permissions in crates/domain.
 */

const ranks: Readonly<Record<RoomRole, number>> = { member: 0, moderator: 1, admin: 2, owner: 3 }

/** Remove somebody of a lower role, from moderator on. */
export function mayRemove(mine: RoomRole, theirs: RoomRole): boolean {
  return ranks[mine] >= ranks.moderator && ranks[theirs] < ranks[mine]
}

/** The roles that one may give to somebody who has `theirs`: below one's own; the owner may also hand over. */
export function rolesToGive(mine: RoomRole, theirs: RoomRole): readonly RoomRole[] {
  if (ranks[mine] < ranks.admin || ranks[theirs] >= ranks[mine]) return []
  const all: readonly RoomRole[] = ['owner', 'admin', 'moderator', 'member']
  return all.filter((role) => role !== theirs && (ranks[role] < ranks[mine] || (mine === 'owner' && role === 'owner')))
}
