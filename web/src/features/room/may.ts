import type { RoomRole } from '../../protocol/generated'

/**
 * What a role may do in a room, to leave out what would be refused anyway. The server decides.
 *
 * Source: docs/protocol.md §6 and the table of permissions in crates/domain.
 */

/** Change name and topic. */
export function mayEdit(role: RoomRole): boolean {
  return role === 'owner' || role === 'admin'
}
