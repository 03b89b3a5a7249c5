import { t } from '../../i18n/t'

const widths = ['62%', '38%', '74%', '51%', '66%', '44%', '58%']

/** A timeline's shape while nothing is known. */
export function TimelineSkeleton() {
  return (
    <div className="flex min-h-0 flex-1 flex-col justify-end overflow-hidden">
      <span role="status" className="sr-only">
        {t('timeline.loading')}
      </span>
      <MessageSkeletons count={7} />
    </div>
  )
}

/** The shape of some messages. */
export function MessageSkeletons({ count }: { readonly count: number }) {
  return (
    <div aria-hidden className="flex flex-col gap-5 px-5 py-3 max-sm:px-4">
      {widths.slice(0, count).map((width) => (
        <div key={width} className="flex gap-3">
          <span className="skeleton size-9 flex-none rounded-full" />
          <span className="flex flex-1 flex-col gap-2 pt-1">
            <span className="skeleton h-3 w-28" />
            <span className="skeleton h-3" style={{ width }} />
          </span>
        </div>
      ))}
    </div>
  )
}
