// @vitest-environment jsdom
import { expect, test } from 'vitest'
import { attacks, slowInputs } from '../testing/hostile'
import { renderMarkdown } from './markdown'

/** The page as a browser would build it from a message. */
function built(source: string): HTMLElement {
  const root = document.createElement('div')
  root.innerHTML = renderMarkdown(source) ?? ''
  return root
}

const tags = new Set('p br hr blockquote ul ol li pre code em strong s a div table thead tbody tr th td'.split(' '))
const attributes = new Set(['href', 'target', 'rel', 'start', 'align', 'class', 'tabindex'])

test.each(attacks)('nothing but known parts comes of %j', (source) => {
  const elements = [...built(source).querySelectorAll('*')]
  const strange = elements.filter((element) => !tags.has(element.localName)).map((element) => element.outerHTML)
  const strangeAttributes = elements.flatMap((element) =>
    element.getAttributeNames().filter((name) => !attributes.has(name)),
  )
  const links = elements.map((element) => element.getAttribute('href')).filter((href) => href !== null)

  expect(strange).toEqual([])
  expect(strangeAttributes).toEqual([])
  expect(links.filter((href) => !/^(?:https?:\/\/|mailto:)/i.test(href))).toEqual([])
})

test('a link opens elsewhere and tells nothing of where it was', () => {
  const link = built('see https://example.org/a?b=1').querySelector('a')
  expect([link?.getAttribute('href'), link?.target, link?.rel]).toEqual([
    'https://example.org/a?b=1',
    '_blank',
    'noopener noreferrer nofollow',
  ])
})

test('an image stays text, so that nobody learns who reads', () => {
  expect(built('![cat](https://example.org/cat.png)').querySelector('img')).toBeNull()
})

test('a class of the page cannot be borrowed', () => {
  expect(built('<p class="fixed inset-0">x</p>').querySelector('[class]')).toBeNull()
})

test('headings are no part of the page outline', () => {
  expect(built('# Big').innerHTML.trim()).toBe('<p class="heading heading-1">Big</p>')
})

test('a table is aligned without a style attribute', () => {
  expect(built('|a|\n|-:|\n|1|').querySelector('td')?.getAttribute('align')).toBe('right')
})

test('code keeps what looks like markup', () => {
  expect(built('```html\n<script>alert(1)</script>\n```').querySelector('code')?.textContent).toBe(
    '<script>alert(1)</script>\n',
  )
})

test('a single line break is a line break', () => {
  expect(built('one *two*\nthree').querySelector('br')).not.toBeNull()
})

test.each(slowInputs)('the longest message of %j does not stop the page', (part) => {
  const source = part.repeat(Math.ceil(20_000 / part.length)).slice(0, 20_000)
  const started = performance.now()
  renderMarkdown(source)
  // Linear inputs take some tens of milliseconds here; a quadratic one takes many seconds.
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('a message of too many parts is left as plain text', () => {
  expect(renderMarkdown('|a|\n|-|\n'.repeat(2_500))).toBeNull()
  expect(renderMarkdown('```\n'.repeat(5_000))).toBeNull()
  expect(renderMarkdown('```\n'.repeat(200))).not.toBeNull()
})
