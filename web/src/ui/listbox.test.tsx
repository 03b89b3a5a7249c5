// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SearchList } from './listbox'

afterEach(cleanup)
beforeAll(() => {
  // jsdom draws nothing, so it has nothing to scroll.
  Element.prototype.scrollIntoView = () => {}
})

function show(onPick: (key: string) => void) {
  const options = ['Ada', 'Ben'].map((key) => ({ key, content: key, onPick: () => onPick(key) }))
  render(<SearchList label="Find" query="" onQuery={() => {}} options={options} empty="None" />)
}

test('Enter picks the first', async () => {
  const pick = vi.fn()
  show(pick)
  await userEvent.keyboard('{Enter}')
  expect(pick).toHaveBeenCalledWith('Ada')
})

test('up from the first goes to the last', async () => {
  const pick = vi.fn()
  show(pick)
  await userEvent.keyboard('{ArrowUp}{Enter}')
  expect(pick).toHaveBeenCalledWith('Ben')
})

test('the current option is announced', async () => {
  show(() => {})
  await userEvent.keyboard('{ArrowDown}')
  expect(screen.getByRole('option', { name: 'Ben' }).getAttribute('aria-selected')).toBe('true')
})
