/** The longest message, in Unicode characters. Source: docs/protocol.md, "send_message". */
export const MAX_CONTENT = 20_000

const CONTROL = /\p{Cc}/gu

/** Content as the server stores it: without control characters other than line feed and tab, then NFC. */
export function normalizeContent(content: string): string {
  return content
    .replace(CONTROL, (character) => (character === '\n' || character === '\t' ? character : ''))
    .normalize('NFC')
}

/** Length in Unicode characters, as the server counts. */
export function lengthOf(content: string): number {
  let length = 0
  for (const _ of content) length += 1
  return length
}
