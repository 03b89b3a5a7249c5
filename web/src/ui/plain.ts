/** What a message would mean as Markdown is only asked when one of these is in it. No part repeats without a bound: 20,000
 * line breaks would otherwise take seconds. */
const marks =
  /[*_`~[\]<>|#\\&]|:\/\/|www\.|@|^ {0,3}(?:[-+]\s|\d{1,9}[.)]\s)|^ {0,3}(?:-{3}|={3})|\n\n|\n {4}|^ {4}|\t|\.\p{L}{2}/mu

/** Whether a text is the same read as Markdown and as plain lines. */
export function isPlain(source: string): boolean {
  return !marks.test(source)
}

const onlyEmoji = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{EMod}|\u200D\p{Extended_Pictographic})*\s*){1,3}$/u

/** One to three emoji and nothing else: shown large. */
export function isJumbo(source: string): boolean {
  return source.length <= 40 && onlyEmoji.test(source)
}

/** Enough for a line however much of it is marks; the rest is not looked at, for the patterns below take quadratic time. */
const mostPreviewed = 1000

/** The first line of a message as plain words, for lists. */
export function previewOf(source: string): string {
  const text = source
    .slice(0, mostPreviewed)
    .replace(/```\w*\n?/g, '')
    .replace(/[*_`~#>]+/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  return text.replace(/\s+/g, ' ').trim().slice(0, 140)
}
