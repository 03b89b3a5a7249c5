/** The longest message, in Unicode characters. Source: docs/protocol.md, "send_message". */
export const MAX_CONTENT = 20_000

const CONTROL = /\p{Cc}/gu

/** Content as the server stores it: NFC, without control characters other than line feed and tab. */
export function normalizeContent(content: string): string {
  return content
    .replace(/\r\n?/g, '\n')
    .normalize('NFC')
    .replace(CONTROL, (character) => (character === '\n' || character === '\t' ? character : ''))
}

/** Length in Unicode characters, as the server counts. */
export function lengthOf(content: string): number {
  let length = 0
  for (const _ of content) length += 1
  return length
}
