import type { CatchUpScope } from '../model/catchUp'
import { cursorsToAsk, foldSync, giveUpGaps } from '../model/catchUp'
import type { Chat } from '../model/chat'
import { cursorOf, foldSnapshot, hasGaps } from '../model/chat'
import { mergePresence } from '../model/presence'
import type { Presence, RoomId, RoomSnapshot } from '../protocol/generated'
import { parseSync } from '../protocol/parse'
import { roomSnapshot } from '../protocol/shapes'
import type { ClientPorts } from './core'
import type { ChatState } from './store'

/** Brings the folded state up to the head of every stream. */
export type Syncer = {
  /** Asks until nothing is missing. Throws what `ChatSocket.request` throws, or `Malformed`. */
  readonly catchUp: (scope: CatchUpScope) => Promise<void>
  /** Takes a room's fresh snapshot. */
  readonly join: (roomId: RoomId) => Promise<void>
}

/** Rounds without progress after which a gap is given up: the server does not know what was announced. */
const MAX_IDLE_ROUNDS = 3

/** `onFolded` may add to the same change of the store what follows from the catch-up. */
export function createSyncer(
  ports: ClientPorts,
  onFolded: (before: ChatState, after: ChatState) => Partial<ChatState>,
): Syncer {
  const { store, socket } = ports

  const round = async (scope: CatchUpScope): Promise<boolean> => {
    const asked = store.getState().chat
    const result = parseSync(await socket.request('sync', { cursors: cursorsToAsk(asked, scope) }))
    const before = store.getState()
    const chat = foldSync(before.chat, result)
    const presence = result.user ? mergePresence(before.presence, peersOf(result.user.rooms)) : before.presence
    const after = { ...before, chat, presence }
    store.setState({ chat, presence, ...onFolded(before, after) })
    return madeProgress(before.chat, chat)
  }

  const join = async (roomId: RoomId) => {
    const answer: RoomSnapshot = roomSnapshot(await socket.request('join_room', { roomId }), '')
    const state = store.getState()
    store.setState({
      chat: foldSnapshot(state.chat, answer),
      presence: mergePresence(state.presence, answer.presence),
      opened: { ...state.opened, [roomId]: 'ready' },
    })
  }

  const catchUp = async (scope: CatchUpScope) => {
    let idle = 0
    let next = scope
    do {
      idle = (await round(next)) ? 0 : idle + 1
      next = 'gaps'
      for (const roomId of Object.keys(store.getState().chat.outdated)) await join(roomId)
      if (idle >= MAX_IDLE_ROUNDS) store.setState((state) => ({ chat: giveUpGaps(state.chat) }))
    } while (hasGaps(store.getState().chat) || Object.keys(store.getState().chat.outdated).length > 0)
  }

  return { catchUp, join }
}

function peersOf(rooms: readonly { peer?: { id: string }; peerPresence?: Presence }[]): Record<string, Presence> {
  const presence: Record<string, Presence> = {}
  for (const { peer, peerPresence } of rooms) if (peer && peerPresence) presence[peer.id] = peerPresence
  return presence
}

function madeProgress(before: Chat, after: Chat): boolean {
  if (before.userSeq !== after.userSeq) return true
  return Object.keys(after.summaries).some((roomId) => cursorOf(before, roomId) !== cursorOf(after, roomId))
}
