import { useEffect, useMemo, useRef } from 'react'
import type { ConnectionStatus } from '../model/connection'
import type { OutboxEntry } from '../model/outbox'
import type { RoomRow } from '../model/rooms'
import { roomRows, titleOf, unreadOf } from '../model/rooms'
import { timelineRows } from '../model/rows'
import type { Session } from '../model/session'
import { emptyTimeline, hasAfter, hasBefore, shownRun } from '../model/timeline'
import type { Me, Presence, RoomId, UserId } from '../protocol/generated'
import { client } from './client'
import { useChat } from './store'
import type { RoomView, TimelineView } from './views'

/** Whose client this is. */
export function useSession(): Session {
  return useChat((state) => state.session)
}

/** The account of the person who looks; undefined while nobody is logged in. */
export function useMe(): Me | undefined {
  return useChat((state) => (state.session.kind === 'loggedIn' ? (state.chat.me ?? state.session.me) : undefined))
}

/** How well what is shown follows the server. */
export function useConnection(): ConnectionStatus {
  return useChat((state) => state.connection)
}

/** The list of rooms, latest activity first. Rows that did not change keep their identity. */
export function useRooms(): readonly RoomRow[] {
  const summaries = useChat((state) => state.chat.summaries)
  const outbox = useChat((state) => state.chat.outbox)
  const presence = useChat((state) => state.presence)
  const drafts = useChat((state) => state.drafts)
  const reads = useChat((state) => state.reads)
  const before = useRef<readonly RoomRow[]>([])
  return useMemo(() => {
    before.current = roomRows({ chat: { summaries, outbox }, presence, drafts, reads }, before.current)
    return before.current
  }, [summaries, outbox, presence, drafts, reads])
}

/** Whether the list of rooms is known: before, an empty list means nothing. */
export function useRoomsKnown(): boolean {
  return useChat((state) => state.chat.userSeq !== undefined)
}

/** A room's frame. Opens the room: it is loaded and kept up to date from now on. */
export function useRoom(roomId: RoomId): RoomView {
  const signedIn = useChat((state) => state.session.kind === 'loggedIn')
  useEffect(() => {
    if (signedIn) client.openRoom(roomId)
  }, [roomId, signedIn])
  const opened = useChat((state) => state.opened[roomId])
  const state = useChat((all) => all.chat.rooms[roomId])
  const summary = useChat((all) => all.chat.summaries[roomId])
  const live = useChat((all) => all.connection.kind === 'live')
  const ahead = useChat((all) => all.reads[roomId])
  return useMemo(() => {
    if (opened === 'missing' || (opened === 'ready' && !state)) return { status: 'missing' }
    if (!state || !summary) return { status: 'loading' }
    return {
      status: live ? 'ready' : 'stale',
      room: state.room,
      title: titleOf(summary),
      peer: summary.peer,
      members: state.members,
      role: state.role,
      unread: unreadOf(summary, ahead),
      seq: summary.seq,
    }
  }, [opened, state, summary, live, ahead])
}

/** A room's messages as rows, and the way to more of them. */
export function useTimeline(roomId: RoomId): TimelineView {
  const timeline = useChat((state) => state.chat.timelines[roomId]) ?? emptyTimeline
  const known = useChat((state) => state.chat.rooms[roomId] !== undefined)
  const lastNumber = useChat((state) => state.chat.summaries[roomId]?.lastNumber ?? 0)
  const outbox = useChat((state) => state.chat.outbox)
  const me = useChat((state) => state.chat.me?.id ?? '')
  const newLine = useChat((state) => state.newLines[roomId])
  const paging = useChat((state) => state.paging[roomId])
  const outgoing = useOutgoing(outbox, roomId)
  const messages = shownRun(timeline)
  const after = hasAfter(timeline, lastNumber)
  const rows = useMemo(
    () => timelineRows({ messages, outgoing: after ? [] : outgoing, me, newLine }),
    [messages, outgoing, after, me, newLine],
  )
  const moves = useMemo(
    () => ({
      loadBefore: () => client.loadBefore(roomId),
      loadAfter: () => client.loadAfter(roomId),
      jumpTo: (seq: number) => client.jumpTo(roomId, seq),
      jumpToEnd: () => client.jumpToEnd(roomId),
    }),
    [roomId],
  )
  return {
    rows,
    status: known ? 'ready' : 'loading',
    hasBefore: hasBefore(timeline, lastNumber),
    hasAfter: after,
    loading: paging?.loading,
    failed: paging?.failed ?? false,
    focus: timeline.focus,
    ...moves,
  }
}

/** Names of those who type in a room, the person who looks excepted. */
export function useTyping(roomId: RoomId): readonly string[] {
  const typists = useChat((state) => state.typing[roomId])
  const members = useChat((state) => state.chat.rooms[roomId]?.members)
  const me = useChat((state) => state.chat.me?.id)
  return useMemo(() => {
    const others = (typists ?? []).filter((typist) => typist.userId !== me)
    return others.map(
      ({ userId, username }) => members?.find((member) => member.user.id === userId)?.user.displayName ?? username,
    )
  }, [typists, members, me])
}

/** Whether somebody is there, as last heard; undefined when nothing was heard. */
export function usePresence(userId: UserId | undefined): Presence | undefined {
  return useChat((state) => (userId === undefined ? undefined : state.presence[userId]))
}

/** What stands in a room's composer on this device. */
export function useDraft(roomId: RoomId): string {
  return useChat((state) => state.drafts[roomId] ?? '')
}

/** The room's entries of the outbox; the same array while they are the same. */
function useOutgoing(outbox: readonly OutboxEntry[], roomId: RoomId): readonly OutboxEntry[] {
  const before = useRef<readonly OutboxEntry[]>([])
  return useMemo(() => {
    const next = outbox.filter((entry) => entry.roomId === roomId)
    const same = next.length === before.current.length && next.every((entry, index) => entry === before.current[index])
    if (!same) before.current = next
    return before.current
  }, [outbox, roomId])
}
