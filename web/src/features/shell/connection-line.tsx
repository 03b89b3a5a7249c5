import { useEffect, useState } from 'react'
import { t } from '../../i18n/t'
import { useConnection } from '../../realtime/hooks'

/** Short breaks are nobody's business. */
const graceMs = 1200

/** A thin line while what is shown may be old; nothing while all is well. */
export function ConnectionLine() {
  const { kind } = useConnection()
  const late = useLate(kind === 'stale' || kind === 'connecting', graceMs)
  if (kind === 'offline') return <Line text={t('connection.offline')} tone="bg-warning/25 text-ink" />
  if (late) return <Line text={t('connection.stale')} tone="bg-selected text-ink-2" />
  return <p role="status" className="sr-only" />
}

function Line({ text, tone }: { readonly text: string; readonly tone: string }) {
  return (
    <p role="status" className={`flex-none px-4 py-0.5 text-center text-small ${tone}`}>
      {text}
    </p>
  )
}

/** Whether `active` has held for `delayMs`. */
function useLate(active: boolean, delayMs: number): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!active) return
    const timer = setTimeout(() => setLate(true), delayMs)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [active, delayMs])
  return active && late
}
