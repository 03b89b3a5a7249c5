import type { RoomRow } from '../../model/rooms'

/**
 * The rooms that a few letters may mean, best first: names that begin so, then words that begin so, then letters
 * anywhere. Within each the order of the list stays; without letters unread rooms come first.
 */
export function rankRooms(rooms: readonly RoomRow[], query: string): readonly RoomRow[] {
  const wanted = fold(query.trim())
  if (wanted === '') return [...rooms.filter((row) => row.unread > 0), ...rooms.filter((row) => row.unread === 0)]
  const scored = rooms.map((row) => ({ row, score: scoreOf(row, wanted) })).filter(({ score }) => score > 0)
  return scored.sort((a, b) => b.score - a.score).map(({ row }) => row)
}

function scoreOf(row: RoomRow, wanted: string): number {
  const title = fold(row.title)
  if (title.startsWith(wanted)) return 3
  if (title.split(/[\s._-]+/).some((word) => word.startsWith(wanted))) return 2
  if (row.peer && fold(row.peer.username).startsWith(wanted)) return 2
  return title.includes(wanted) ? 1 : 0
}

/** Without case and accents. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}
