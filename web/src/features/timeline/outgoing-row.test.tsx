// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { OutboxEntry, OutboxState } from '../../model/outbox'
import { client } from '../../realtime/client'
import { OutgoingRow } from './outgoing-row'

afterEach(cleanup)

function entry(state: OutboxState): OutboxEntry {
  return { clientMessageId: 'c1', roomId: 'r1', content: 'Hello', createdAt: 1, position: 1, attempts: 0, state }
}

const refusal = { code: 'forbidden', message: 'Not here.', temporary: false } as const

test('a waiting message says so', () => {
  render(<OutgoingRow entry={entry({ kind: 'pending' })} first />)
  expect(screen.getByRole('img', { name: 'Waiting to be sent' })).toBeDefined()
})

test('a failed message offers to retry in place', async () => {
  const retry = vi.spyOn(client, 'retry').mockReturnValue(undefined)
  render(<OutgoingRow entry={entry({ kind: 'failed', refusal })} first />)

  await userEvent.click(screen.getByRole('button', { name: 'Retry' }))

  expect(retry).toHaveBeenCalledWith('c1')
})

test('a failed message can be discarded in place', async () => {
  const discard = vi.spyOn(client, 'discard').mockReturnValue(undefined)
  render(<OutgoingRow entry={entry({ kind: 'failed', refusal })} first />)

  await userEvent.click(screen.getByRole('button', { name: 'Discard' }))

  expect(discard).toHaveBeenCalledWith('c1')
})
