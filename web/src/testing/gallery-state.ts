import { emptyChat } from '../model/chat'
import type { OutboxEntry } from '../model/outbox'
import { addMessages, emptyTimeline } from '../model/timeline'
import type { Member, Message, Room, RoomSummary, UserRef } from '../protocol/generated'
import { type ChatState, initialState } from '../realtime/store'

const minute = 60_000

function person(id: string, displayName: string): UserRef {
  return { id, username: id, displayName, avatar: null }
}

const ada = person('ada', 'Ada Moreau')
const ben = person('ben', 'Ben Okafor')
const chloe = person('chloe', 'Chloé Lindqvist')
const dev = person('dev', 'Dev Raman')
const ema = person('ema', 'Ema Sato')
const people = [ada, ben, chloe, dev, ema]

function group(id: string, name: string, topic = ''): Room {
  return { id, type: 'group', name, topic, encryption: 'none', createdBy: ada.id, createdAt: 1_790_000_000_000 }
}

type Line = readonly [author: UserRef, agoMinutes: number, content: string]

const gardenTalk: readonly Line[] = [
  [chloe, 1520, 'The seedlings came. Two trays of **Black Krim**, one of basil, and they threw in some marigolds.'],
  [ben, 1515, 'Lovely. Marigolds next to the tomatoes then?'],
  [chloe, 1514, 'That’s the idea. Keeps the whitefly off, supposedly.'],
  [dev, 1490, 'I can bring the drill on Saturday for the raised beds. What do we still need?'],
  [
    ada,
    1484,
    'From the list:\n\n- 6 larch boards, 240 × 20\n- corner posts (have 4, need 8)\n- ~~soil~~ Ben got soil\n- a second wheelbarrow, *if anyone has one*',
  ],
  [ben, 1483, 'I have a wheelbarrow. It squeaks.'],
  [ema, 190, 'Morning! I worked out the watering. Two runs a day, ten minutes each, is about 40 l a bed:'],
  [
    ema,
    189,
    '```python\nlitres = beds * minutes * flow_per_minute   # 4 × 10 × 1.0\nprint(f"{litres * 2} l a day")\n```',
  ],
  [dev, 171, 'So the barrel lasts two days. https://example.org/rain-barrels has a 500 l one, half price.'],
  [chloe, 169, '> Two runs a day\n\nOne in the heat, I’d say, early. Evening watering brought us the slugs last year.'],
  [ada, 166, 'Agreed. Early then.'],
  [ada, 165, 'I’ll set the timer to 05:30 so that nobody has to be a hero.'],
  [ben, 42, 'Boards are in the shed 🪵 Saturday at ten?'],
  [chloe, 41, 'Ten is good'],
  [ema, 40, 'I’m there. I’ll bring coffee.'],
  [dev, 12, '☕️❤️'],
  [ada, 3, 'See you all on Saturday. I’ll unlock the gate at half past nine.'],
]

function messagesOf(roomId: string, talk: readonly Line[], now: number): Message[] {
  return talk.map(([sender, ago, content], index) => ({
    id: `${roomId}-${index}`,
    seq: index + 3,
    number: index + 1,
    roomId,
    content,
    type: 'text',
    sender,
    timestamp: now - ago * minute,
  }))
}

function summaryOf(room: Room, messages: readonly Message[], unread: number, peer?: UserRef): RoomSummary {
  const last = messages.at(-1)
  return {
    room,
    seq: last?.seq ?? 2,
    lastNumber: messages.length,
    ...(last ? { lastMessage: last } : {}),
    role: 'owner',
    readSeq: last?.seq ?? 2,
    readNumber: messages.length - unread,
    ...(peer ? { peer } : {}),
  }
}

/** A believable site as one of its people sees it. */
export function galleryState(now: number): ChatState {
  const direct = (id: string): Room => ({ ...group(id, ''), type: 'direct' })
  const garden = group('garden', 'Garden', 'Beds, seeds and who waters when')
  const gardenMessages = messagesOf('garden', gardenTalk, now)
  const kitchen = group('kitchen', 'Kitchen', '')
  const rooms: readonly [Room, readonly Message[], number, UserRef?][] = [
    [garden, gardenMessages, 0],
    [
      kitchen,
      messagesOf(
        'kitchen',
        [
          [dev, 25, 'Who took the big pot?'],
          [ben, 22, 'Me. Soup tonight, come by'],
        ],
        now,
      ),
      2,
    ],
    [group('repairs', 'Repairs'), messagesOf('repairs', [[ema, 600, 'The **boiler** man comes Tuesday']], now), 0],
    [group('books', 'Book circle'), messagesOf('books', [[chloe, 3000, 'Chapter nine. No spoilers.']], now), 1],
    [group('empty', 'Bicycles', 'Shared tools, shared flat tyres'), [], 0],
    [direct('dm-ben'), messagesOf('dm-ben', [[ben, 8, 'Do you still have my ladder?']], now), 1, ben],
    [direct('dm-chloe'), messagesOf('dm-chloe', [[ada, 300, 'Thanks for the cuttings, they took!']], now), 0, chloe],
    [direct('dm-ema'), messagesOf('dm-ema', [[ema, 4000, 'Sent you the plan']], now), 0, ema],
  ]
  const members: Member[] = people.map((user, index) => ({
    user,
    role: index === 0 ? 'owner' : index === 2 ? 'moderator' : 'member',
    joinedAt: garden.createdAt,
  }))
  const me = { ...ada, email: 'ada@example.org', role: 'owner' as const, createdAt: garden.createdAt }
  const summaries = Object.fromEntries(
    rooms.map(([room, messages, unread, peer]) => [room.id, summaryOf(room, messages, unread, peer)]),
  )
  return {
    ...initialState,
    session: { kind: 'loggedIn', me },
    connection: { kind: 'live' },
    presence: {
      ada: { online: true },
      ben: { online: true },
      ema: { online: true },
      chloe: { online: false, lastSeen: now - 50 * minute },
    },
    typing: { garden: [{ userId: 'ben', username: 'ben', until: now + 1e9 }] },
    drafts: { books: 'I finally' },
    chat: {
      ...emptyChat,
      me,
      userSeq: 10,
      summaries,
      rooms: Object.fromEntries(
        rooms.map(([room, messages, , peer]) => [
          room.id,
          {
            ...summaryOf(room, messages, 0, peer),
            members: peer
              ? members.filter(({ user }) => user === ada || user === peer)
              : room.id === 'empty'
                ? members.slice(0, 1)
                : members,
            messages: [...messages],
          },
        ]),
      ),
      timelines: Object.fromEntries(rooms.map(([room, messages]) => [room.id, addMessages(emptyTimeline, messages)])),
      outbox: outgoing(now),
    },
  }
}

function outgoing(now: number): readonly OutboxEntry[] {
  const base = { roomId: 'kitchen', createdAt: now - minute, attempts: 1 }
  const refusal = { code: 'forbidden', message: 'You may not write here.', temporary: false } as const
  return [
    {
      ...base,
      clientMessageId: 'o1',
      content: 'It is on the *shelf* by the door',
      position: 1,
      state: { kind: 'failed', refusal },
    },
    { ...base, clientMessageId: 'o2', content: 'Count me in for soup', position: 2, state: { kind: 'pending' } },
  ]
}
