import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { createStore } from 'zustand/vanilla'
import type { Chat } from '../model/chat'
import { emptyChat } from '../model/chat'
import type { ConnectionStatus } from '../model/connection'
import type { PresenceMap } from '../model/presence'
import type { ReadAhead } from '../model/rooms'
import type { NewLine } from '../model/rows'
import type { Session } from '../model/session'
import type { Typing } from '../model/typing'
import { nobodyTypes } from '../model/typing'
import type { RoomId } from '../protocol/generated'

/** How far an opened room is. */
export type Opened = 'loading' | 'ready' | 'missing'

/** What the loading of older or newer pages is doing. */
export type Paging = { readonly loading: 'before' | 'after' | 'around' | undefined; readonly failed: boolean }

/** All live data of the client. The client (`client.ts`) alone writes it. */
export type ChatState = {
  readonly session: Session
  readonly connection: ConnectionStatus
  readonly chat: Chat
  readonly presence: PresenceMap
  readonly typing: Typing
  /** What stands in the composers, kept on this device. */
  readonly drafts: Readonly<Record<RoomId, string>>
  readonly reads: ReadAhead
  readonly opened: Readonly<Record<RoomId, Opened>>
  readonly paging: Readonly<Record<RoomId, Paging>>
  readonly newLines: Readonly<Record<RoomId, NewLine>>
}

/** The store of one client. */
export type ChatStore = StoreApi<ChatState>

/** Before anything is known. */
export const initialState: ChatState = {
  session: { kind: 'booting' },
  connection: { kind: 'connecting' },
  chat: emptyChat,
  presence: {},
  typing: nobodyTypes,
  drafts: {},
  reads: {},
  opened: {},
  paging: {},
  newLines: {},
}

/** A store that knows nothing yet. */
export function createChatStore(): ChatStore {
  return createStore<ChatState>()(() => initialState)
}

/** The store of this page. */
export const chatStore: ChatStore = createChatStore()

/** Reads live data; renders again when what `selector` picks is another object. */
export function useChat<T>(selector: (state: ChatState) => T): T {
  return useStore(chatStore, selector)
}
