import { normalizeContent } from '../lib/text'
import type {
  Me,
  Member,
  Message,
  MessageSaved,
  ReadCursor,
  Refusal,
  Room,
  RoomEvent,
  RoomId,
  RoomSnapshot,
  RoomSummary,
  Seq,
  StreamEvent,
  StreamPage,
  SyncResult,
  UserEvent,
  UserId,
  UserRef,
} from '../protocol/generated'

/** A connection as the server sees it. */
export type SimPeer = { readonly userId: UserId; readonly emit: (event: string, data: unknown) => void }

/** An answer to a command. */
export type SimAnswer = unknown | { readonly error: Refusal }

/** Sizes, small so that short runs meet every limit. */
export type SimLimits = { readonly page: number; readonly reset: number; readonly snapshot: number }

type SimRoom = {
  room: Room
  members: Member[]
  events: RoomEvent[]
  sent: Map<string, Message>
  reads: Map<UserId, ReadCursor>
}

type SimUser = { me: Me; events: UserEvent[] }

/** The rules of docs/protocol.md in memory, without a network: commands in, answers and events out. */
export type SimServer = ReturnType<typeof createSimServer>

const NOT_FOUND: Refusal = { code: 'not_found', message: 'There is no such room.', temporary: false }

/** A server without anybody. `now` gives its times. */
export function createSimServer(now: () => number, limits: SimLimits = { page: 3, reset: 12, snapshot: 50 }) {
  const users = new Map<UserId, SimUser>()
  const rooms = new Map<RoomId, SimRoom>()
  const peers = new Set<SimPeer>()
  /** The next commands are refused with these. */
  const refusals: Refusal[] = []

  const user = (id: UserId) => users.get(id) ?? fail(`user ${id}`)
  const room = (id: RoomId) => rooms.get(id) ?? fail(`room ${id}`)
  const isMember = (id: RoomId, userId: UserId) =>
    rooms.get(id)?.members.some((member) => member.user.id === userId) ?? false

  const emitToUser = (userId: UserId, event: UserEvent) => {
    user(userId).events.push(event)
    for (const peer of peers) if (peer.userId === userId) peer.emit(event.event, event.data)
  }

  const emitToRoom = (roomId: RoomId, event: RoomEvent, except?: SimPeer) => {
    room(roomId).events.push(event)
    for (const peer of peers) if (peer !== except && isMember(roomId, peer.userId)) peer.emit(event.event, event.data)
  }

  const nextSeq = (roomId: RoomId): Seq => room(roomId).events.length + 1
  const nextUserSeq = (userId: UserId): Seq => user(userId).events.length + 1
  const messagesOf = (roomId: RoomId) =>
    room(roomId).events.flatMap((event) => (event.event === 'receive_message' ? [event.data] : []))

  const summary = (roomId: RoomId, userId: UserId): RoomSummary => {
    const { room: about, members, events, reads } = room(roomId)
    const messages = messagesOf(roomId)
    const last = messages.at(-1)
    return {
      room: about,
      seq: events.length,
      lastNumber: messages.length,
      ...(last ? { lastMessage: last } : {}),
      role: members.find((member) => member.user.id === userId)?.role ?? 'member',
      ...(reads.get(userId) ?? { readSeq: 0, readNumber: 0 }),
    }
  }

  const snapshot = (roomId: RoomId, userId: UserId): RoomSnapshot => {
    const { lastMessage: _, ...rest } = summary(roomId, userId)
    const presence = Object.fromEntries([...peers].map((peer) => [peer.userId, { online: true }]))
    return {
      ...rest,
      members: [...room(roomId).members],
      messages: messagesOf(roomId).slice(-limits.snapshot),
      presence,
    }
  }

  const addUser = (id: UserId) => {
    users.set(id, { me: { ...refOf(id), email: `${id}@example.org`, role: 'member', createdAt: now() }, events: [] })
  }

  const join = (roomId: RoomId, userId: UserId) => {
    const member: Member = { user: refOf(userId), role: 'member', joinedAt: now() }
    room(roomId).members.push(member)
    emitToRoom(roomId, { event: 'member_joined', data: { roomId, seq: nextSeq(roomId), timestamp: now(), member } })
    emitToUser(userId, { event: 'room_added', data: { userSeq: nextUserSeq(userId), room: summary(roomId, userId) } })
  }

  const leave = (roomId: RoomId, userId: UserId) => {
    emitToRoom(roomId, { event: 'member_left', data: { roomId, seq: nextSeq(roomId), timestamp: now(), userId } })
    const left = room(roomId)
    left.members = left.members.filter((member) => member.user.id !== userId)
    emitToUser(userId, { event: 'room_removed', data: { userSeq: nextUserSeq(userId), roomId } })
  }

  const addRoom = (id: RoomId, owner: UserId) => {
    const about: Room = {
      id,
      type: 'group',
      name: id,
      topic: '',
      encryption: 'none',
      createdBy: owner,
      createdAt: now(),
    }
    const member: Member = { user: refOf(owner), role: 'owner', joinedAt: now() }
    rooms.set(id, { room: about, members: [member], events: [], sent: new Map(), reads: new Map() })
    emitToRoom(id, { event: 'room_created', data: { roomId: id, seq: 1, timestamp: now(), room: about, by: owner } })
    emitToUser(owner, { event: 'room_added', data: { userSeq: nextUserSeq(owner), room: summary(id, owner) } })
  }

  const send = (peer: SimPeer, payload: { roomId: RoomId; content: string; clientMessageId?: string }): SimAnswer => {
    const { roomId, clientMessageId } = payload
    if (!isMember(roomId, peer.userId)) return { error: NOT_FOUND }
    const key = `${peer.userId} ${clientMessageId}`
    const before = clientMessageId === undefined ? undefined : room(roomId).sent.get(key)
    if (before) {
      peer.emit('message_saved', savedOf(before))
      return savedOf(before)
    }
    const message: Message = {
      id: `${roomId}:${messagesOf(roomId).length + 1}`,
      seq: nextSeq(roomId),
      number: messagesOf(roomId).length + 1,
      roomId,
      content: normalizeContent(payload.content),
      type: 'text',
      sender: refOf(peer.userId),
      timestamp: now(),
      ...(clientMessageId === undefined ? {} : { clientMessageId }),
    }
    room(roomId).sent.set(key, message)
    room(roomId).reads.set(peer.userId, { readSeq: message.seq, readNumber: message.number })
    emitToRoom(roomId, { event: 'receive_message', data: message }, clientMessageId === undefined ? undefined : peer)
    if (clientMessageId !== undefined) peer.emit('message_saved', savedOf(message))
    return savedOf(message)
  }

  const markRead = (peer: SimPeer, payload: { roomId: RoomId; seq: Seq }): SimAnswer => {
    if (!isMember(payload.roomId, peer.userId)) return { error: NOT_FOUND }
    const { reads } = room(payload.roomId)
    const before = reads.get(peer.userId) ?? { readSeq: 0, readNumber: 0 }
    const readSeq = Math.min(payload.seq, room(payload.roomId).events.length)
    if (readSeq <= before.readSeq) return before
    const readNumber = messagesOf(payload.roomId).filter((message) => message.seq <= readSeq).length
    reads.set(peer.userId, { readSeq, readNumber })
    const userSeq = nextUserSeq(peer.userId)
    emitToUser(peer.userId, {
      event: 'read_cursor_moved',
      data: { userSeq, roomId: payload.roomId, readSeq, readNumber },
    })
    return { readSeq, readNumber }
  }

  const page = (userId: UserId, stream: string, cursor: Seq): StreamPage | undefined => {
    const own = stream === userId
    if (!own && !isMember(stream, userId)) return { events: [], head: 0, more: false, gone: true }
    const events: readonly StreamEvent[] = own ? user(userId).events : room(stream).events
    const head = events.length
    if (head === cursor) return undefined
    if (cursor > head || head - cursor > limits.reset) {
      return { events: [], head, more: false, reset: true, ...(own ? {} : { summary: summary(stream, userId) }) }
    }
    return { events: events.slice(cursor, cursor + limits.page), head, more: head - cursor > limits.page }
  }

  const sync = (peer: SimPeer, { cursors }: { cursors: Record<string, Seq> }): SyncResult => {
    const streams: SyncResult['streams'] = {}
    let whole = cursors[peer.userId] === undefined
    for (const [stream, cursor] of Object.entries(cursors)) {
      const found = page(peer.userId, stream, cursor)
      if (found) streams[stream] = found
      if (stream === peer.userId && found?.reset) whole = true
    }
    if (!whole) return { streams }
    const own = [...rooms.keys()].filter((id) => isMember(id, peer.userId))
    const { me, events } = user(peer.userId)
    return { streams, user: { userSeq: events.length, me, rooms: own.map((id) => summary(id, peer.userId)) } }
  }

  const handle = (peer: SimPeer, command: string, payload: unknown): SimAnswer => {
    const refusal = command === 'send_message' ? refusals.shift() : undefined
    if (refusal) return { error: refusal }
    switch (command) {
      case 'send_message':
        return send(peer, payload as { roomId: RoomId; content: string })
      case 'mark_read':
        return markRead(peer, payload as { roomId: RoomId; seq: Seq })
      case 'sync':
        return sync(peer, payload as { cursors: Record<string, Seq> })
      case 'join_room': {
        const { roomId } = payload as { roomId: RoomId }
        return isMember(roomId, peer.userId) ? snapshot(roomId, peer.userId) : { error: NOT_FOUND }
      }
      default:
        return {}
    }
  }

  return {
    addUser,
    addRoom,
    join,
    leave,
    handle,
    messagesOf,
    snapshot,
    summary,
    me: (id: UserId) => user(id).me,
    connect: (peer: SimPeer) => void peers.add(peer),
    disconnect: (peer: SimPeer) => void peers.delete(peer),
    /** Everybody who is connected hears this, whatever it is. */
    announce: (event: string, data: unknown) => {
      for (const peer of peers) peer.emit(event, data)
    },
    /** The next `send_message` is refused with this. */
    refuseNext: (refusal: Refusal) => void refusals.push(refusal),
  }
}

/** Everybody's display name is their id. */
export function refOf(id: UserId): UserRef {
  return { id, username: id, displayName: id, avatar: null }
}

function savedOf({ clientMessageId, id, seq, number, roomId, timestamp }: Message): MessageSaved {
  return { id, seq, number, roomId, timestamp, ...(clientMessageId === undefined ? {} : { clientMessageId }) }
}

function fail(what: string): never {
  throw new Error(`The simulation has no ${what}.`)
}
