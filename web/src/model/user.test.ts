import { expect, test } from 'vitest'
import { hall, me, summary } from '../testing/samples'
import { refOf } from '../testing/simServer'
import { reduceSummary } from './user'

test('a direct room learns who the other is when they join', () => {
  const direct = summary(0, { room: { ...hall, type: 'direct', name: '' } })
  const member = { user: refOf('ann'), role: 'member' as const, joinedAt: 1 }
  const data = { roomId: hall.id, seq: direct.seq + 1, timestamp: 1, member, by: me.id }

  const next = reduceSummary(direct, { event: 'member_joined', data }, me.id)

  expect(next.peer).toEqual(refOf('ann'))
})

test('a group has no other', () => {
  const before = summary(0)
  const member = { user: refOf('ann'), role: 'member' as const, joinedAt: 1 }
  const data = { roomId: hall.id, seq: before.seq + 1, timestamp: 1, member }

  expect(reduceSummary(before, { event: 'member_joined', data }, me.id).peer).toBeUndefined()
})
