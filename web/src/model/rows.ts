import type { Message, UnixMs } from '../protocol/generated'
import type { OutboxEntry } from './outbox'

/** One line of a timeline. `key` stays the same while a row lives, also when an outgoing message becomes a saved one. */
export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly at: UnixMs }
  | { readonly kind: 'newLine'; readonly key: string; readonly count: number }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: Message
      /** First of its group: show who wrote it. */
      readonly first: boolean
      /** By the person who looks. */
      readonly mine: boolean
    }
  | { readonly kind: 'outgoing'; readonly key: string; readonly entry: OutboxEntry; readonly first: boolean }
