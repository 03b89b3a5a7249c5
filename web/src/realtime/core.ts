import type { Api } from '../api/rest'
import type { SessionControl } from '../api/session'
import type { Clock } from '../lib/clock'
import type { Tabs } from '../lib/tabs'
import type { Chat } from '../model/chat'
import type { OutboxEntry } from '../model/outbox'
import type { ClientMessageId, RoomId, UserId } from '../protocol/generated'
import type { LocalCopies } from './localCopy'
import type { ChatSocket } from './socket'
import type { ChatState, ChatStore } from './store'

/** What tabs tell each other about what a person wrote. */
export type OutboxMessage =
  | { readonly kind: 'outboxPut'; readonly userId: UserId; readonly entry: OutboxEntry }
  | { readonly kind: 'outboxRemove'; readonly userId: UserId; readonly id: ClientMessageId }
  | { readonly kind: 'draft'; readonly userId: UserId; readonly roomId: RoomId; readonly text: string }

/** What the client needs from outside. */
export type ClientPorts = {
  readonly store: ChatStore
  readonly session: SessionControl
  readonly api: Pick<Api, 'messages'>
  readonly socket: ChatSocket
  readonly clock: Clock
  readonly tabs: Tabs<OutboxMessage>
  readonly copies: LocalCopies
  /** Remembers who was here last; holds no secret. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly device: Device
  readonly random: () => number
  /** Where faults of the other side are told. */
  readonly report: (reason: string) => void
}

/** The machine the client runs on. */
export type Device = {
  readonly online: () => boolean
  /** Nobody can see the page. */
  readonly hidden: () => boolean
  /** Network or visibility changed. Returns how to stop. */
  readonly onChange: (hear: () => void) => () => void
  /** Removes what the browser itself keeps of answers. */
  readonly wipeCaches: () => Promise<void>
}

/** Changes the folded state and leaves everything else. */
export function changeChat(store: ChatStore, change: (chat: Chat) => Chat): void {
  const state = store.getState()
  const chat = change(state.chat)
  if (chat !== state.chat) store.setState({ chat })
}

/** The entry of a record in the store. */
export function setIn<K extends 'opened' | 'paging' | 'newLines' | 'drafts' | 'reads'>(
  store: ChatStore,
  slice: K,
  roomId: RoomId,
  value: ChatState[K][string] | undefined,
): void {
  const before = store.getState()[slice] as Readonly<Record<RoomId, unknown>>
  if (before[roomId] === value) return
  const { [roomId]: _, ...others } = before
  const next = value === undefined ? others : { ...others, [roomId]: value }
  store.setState({ [slice]: next } as Partial<ChatState>)
}
