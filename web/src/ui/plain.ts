/** What a message would mean as Markdown is only asked when one of these is in it. */
const marks =
  /[*_`~[\]<>|#\\&]|:\/\/|www\.|@|^\s*(?:[-+]\s|\d+[.)]\s)|^\s*(?:-{3}|={3})|\n\n|\n {4}|^ {4}|\t|\.\p{L}{2}/mu

/** Whether a text is the same read as Markdown and as plain lines. */
export function isPlain(source: string): boolean {
  return !marks.test(source)
}

const onlyEmoji = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{EMod}|\u200D\p{Extended_Pictographic})*\s*){1,3}$/u

/** One to three emoji and nothing else: shown large. */
export function isJumbo(source: string): boolean {
  return source.length <= 40 && onlyEmoji.test(source)
}

/** The first line of a message as plain words, for lists. */
export function previewOf(source: string): string {
  const text = source
    .replace(/```\w*\n?/g, '')
    .replace(/[*_`~#>]+/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  return text.replace(/\s+/g, ' ').trim().slice(0, 140)
}
