import { memo } from 'react'
import { formatDay } from '../../i18n/format'
import { t } from '../../i18n/t'
import { assertNever } from '../../lib/assertNever'
import type { TimelineRow } from '../../model/rows'
import { MessageRow } from './message-row'
import { OutgoingRow } from './outgoing-row'

type Props = {
  readonly row: TimelineRow
  /** The message that was jumped to. */
  readonly focused: boolean
  /** The newest message of the person who looks. */
  readonly newestOwn: boolean
}

/** Any row of a timeline. */
export const Row = memo(function Row({ row, focused, newestOwn }: Props) {
  switch (row.kind) {
    case 'day':
      return <DayRow at={row.at} />
    case 'newLine':
      return <NewLine />
    case 'message':
      return (
        <MessageRow
          message={row.message}
          first={row.first}
          delivery={deliveryOf(row.mine, newestOwn)}
          focused={focused}
        />
      )
    case 'outgoing':
      return <OutgoingRow entry={row.entry} first={row.first} />
    default:
      return assertNever(row)
  }
})

function deliveryOf(mine: boolean, newestOwn: boolean) {
  if (!mine) return 'none'
  return newestOwn ? 'always' : 'onDemand'
}

function DayRow({ at }: { readonly at: number }) {
  return (
    <div className="flex items-center gap-3 px-5 pt-5 pb-1 max-sm:px-4">
      <span className="h-px flex-1 bg-line" />
      <time dateTime={new Date(at).toISOString().slice(0, 10)} className="text-small font-medium text-ink-3">
        {formatDay(at, Date.now())}
      </time>
      <span className="h-px flex-1 bg-line" />
    </div>
  )
}

function NewLine() {
  return (
    <div className="flex items-center gap-3 px-5 py-1.5 max-sm:px-4">
      <span className="h-px flex-1 bg-primary/60" />
      <span className="text-small font-semibold text-primary">{t('timeline.newMessages')}</span>
    </div>
  )
}
