import DOMPurify, { type Config } from 'dompurify'
import MarkdownIt from 'markdown-it'

/**
 * Markdown source to HTML that is safe to put into the page.
 *
 * Two walls: markdown-it writes no HTML of the author's, and DOMPurify lets through only what this file names.
 * No attribute carries style, so the site's policy needs no `unsafe-inline`. Not here: images, mentions, highlighting.
 */

const safeLink = /^(?:https?:\/\/|mailto:)/i

const parser = new MarkdownIt('default', { html: false, linkify: true, breaks: true, maxNesting: 20 })
  // An image would tell a third party who reads when; it stays a link. Underlined headings surprise people in chat.
  .disable(['image', 'lheading', 'reference'])

parser.validateLink = (url) => safeLink.test(url.trim())
parser.linkify.set({ fuzzyEmail: true, fuzzyIP: false })

const { rules } = parser.renderer
const renderToken: NonNullable<(typeof rules)[string]> = (tokens, index, options, _env, self) =>
  self.renderToken(tokens, index, options)

rules.link_open = (tokens, index, options, env, self) => {
  tokens[index]?.attrSet('target', '_blank')
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow')
  return renderToken(tokens, index, options, env, self)
}

// A message is no part of the page's outline, so its headings are paragraphs that look like headings.
rules.heading_open = (tokens, index) => `<p class="heading${tokens[index]?.tag === 'h1' ? ' heading-1' : ''}">`
rules.heading_close = () => '</p>\n'

// Columns are aligned by a style attribute, which the policy forbids; the old attribute does the same.
rules.th_open = alignCell
rules.td_open = alignCell
rules.table_open = () => '<div class="table" tabindex="0"><table>\n'
rules.table_close = () => '</table></div>\n'

// Long lines scroll inside their block, also by keyboard.
rules.fence = rules.code_block = (tokens, index) =>
  `<pre tabindex="0"><code>${parser.utils.escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`

function alignCell(...[tokens, index, options, env, self]: Parameters<typeof renderToken>): string {
  const token = tokens[index]
  const side = /text-align:(\w+)/.exec(String(token?.attrGet('style') ?? ''))?.[1]
  if (token) token.attrs = side ? [['align', side]] : null
  return renderToken(tokens, index, options, env, self)
}

const allowed: Config = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code', 'em', 'strong', 's', 'a'],
    ...['div', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'target', 'rel', 'start', 'align', 'class', 'tabindex'],
  ALLOWED_URI_REGEXP: safeLink,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'start', 'align', 'class', 'tabindex'],
}

const ownClasses = new Set(['table', 'heading', 'heading-1'])

DOMPurify.addHook('uponSanitizeAttribute', (_node, data) => {
  if (data.attrName !== 'class') return
  const kept = data.attrValue.split(/\s+/).filter((name) => ownClasses.has(name))
  data.attrValue = kept.join(' ')
  data.keepAttr = kept.length > 0
})

const rendered = new Map<string, string | null>()
const keptRenderings = 600

/** More parts than this is nobody's writing, but somebody's try to slow the page down. A block of code counts five times:
 * it is the one token that makes several elements. */
const mostParts = 3000

/** The HTML of a message, or `null` for one of too many parts: show it as plain text. Rendered once for each text. */
export function renderMarkdown(source: string): string | null {
  const known = rendered.get(source)
  if (known !== undefined) return known
  const html = renderAnew(source)
  if (rendered.size >= keptRenderings) rendered.delete(rendered.keys().next().value ?? '')
  rendered.set(source, html)
  return html
}

function renderAnew(source: string): string | null {
  const env = {}
  const tokens = parser.parse(source, env)
  const parts = tokens.reduce((sum, token) => sum + (token.type === 'fence' ? 5 : 1) + (token.children?.length ?? 0), 0)
  if (parts > mostParts) return null
  return DOMPurify.sanitize(parser.renderer.render(tokens, parser.options, env), allowed)
}
