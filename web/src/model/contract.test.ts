import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Message, RoomSnapshot, RoomSummary, UserSnapshot } from '../protocol/generated'
import type { DurableEvent } from '../protocol/parse'
import { parseIncoming } from '../protocol/parse'
import { foldSync } from './catchUp'
import type { Chat } from './chat'
import { emptyChat, foldEvents, foldSnapshot, hasGaps } from './chat'

/** The golden files that Rust writes: old snapshot + events = new snapshot, for every event there is. */

type Scenario = {
  readonly name: string
  readonly me: string
  readonly events: readonly { readonly event: string; readonly data: unknown }[]
} & (
  | { readonly kind: 'room'; readonly before: RoomSnapshot; readonly after: RoomSnapshot }
  | { readonly kind: 'user'; readonly before: UserSnapshot; readonly after: UserSnapshot }
)

const folder = join(import.meta.dirname, '../../../fixtures/contract')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const scenarios = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Scenario)

/** Every event of docs/protocol.md §4, but the first one of a room: no snapshot is older. */
const EVENTS = [
  'member_joined',
  'member_left',
  'member_updated',
  'profile_updated',
  'read_cursor_moved',
  'receive_message',
  'room_added',
  'room_removed',
  'room_updated',
]

describe('the contract', () => {
  test('has a scenario for every event', () => {
    const carried = new Set(scenarios.flatMap((scenario) => scenario.events.map(({ event }) => event)))
    expect(EVENTS.filter((event) => !carried.has(event))).toEqual([])
  })

  for (const scenario of scenarios) {
    test(scenario.name, () => {
      const chat = foldEvents(before(scenario), scenario.events.map(durable))
      expect(hasGaps(chat)).toBe(false)
      if (scenario.kind === 'room') {
        expect(chat.rooms[scenario.after.room.id]).toEqual(withoutPresence(scenario.after))
        expect(chat.timelines[scenario.after.room.id]?.runs.flat().slice(-50)).toEqual(scenario.after.messages)
      } else {
        expect(chat.userSeq).toBe(scenario.after.userSeq)
        expect(chat.me).toEqual(scenario.after.me)
        const byId = (a: RoomSummary, b: RoomSummary) => (a.room.id < b.room.id ? -1 : 1)
        const rooms = Object.values(chat.summaries).map(withoutPeerPresence).sort(byId)
        expect(rooms).toEqual(scenario.after.rooms.map(withoutPeerPresence).sort(byId))
      }
    })
  }
})

function before(scenario: Scenario): Chat {
  if (scenario.kind === 'user') return foldSync(emptyChat, { user: scenario.before, streams: {} })
  const { presence: _, members, messages, ...rest } = scenario.before
  const last: Message | undefined = messages.at(-1)
  const summary = { ...rest, ...(last ? { lastMessage: last } : {}) }
  const someone = members.find((member) => member.user.id === scenario.me)?.user
  const me = {
    ...(someone ?? { id: scenario.me, username: scenario.me, displayName: scenario.me, avatar: null }),
    email: '',
    role: 'member' as const,
    createdAt: 0,
  }
  // Cursors of the user's own stream may be among the events: it begins right before the first of them.
  const userSeq = scenario.events
    .map(durable)
    .flatMap((event) => ('userSeq' in event.data ? [event.data.userSeq] : []))[0]
  const known = foldSync(emptyChat, { user: { userSeq: (userSeq ?? 1) - 1, me, rooms: [summary] }, streams: {} })
  return foldSnapshot(known, scenario.before)
}

function durable({ event, data }: { readonly event: string; readonly data: unknown }): DurableEvent {
  const incoming = parseIncoming(event, data)
  if (incoming.kind !== 'durable') throw new Error(`${event} is ${JSON.stringify(incoming)}`)
  return incoming.event
}

function withoutPresence(snapshot: RoomSnapshot) {
  const { presence: _, ...rest } = snapshot
  return rest
}

function withoutPeerPresence(summary: RoomSummary): RoomSummary {
  const { peerPresence: _, ...rest } = summary
  return rest
}
