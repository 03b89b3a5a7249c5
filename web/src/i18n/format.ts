import { currentLanguage, t } from './t'

const formats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = currentLanguage() + JSON.stringify(options)
  const known = formats.get(key)
  if (known) return known
  // `undefined` follows the browser's region, so that people keep their 12 or 24 hours.
  const made = new Intl.DateTimeFormat(undefined, options)
  formats.set(key, made)
  return made
}

const dayMs = 86_400_000

/** Local calendar days between two moments; negative when `at` is in the past of `now`. */
function daysBetween(at: number, now: number): number {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0)
  return Math.round((midnight(at) - midnight(now)) / dayMs)
}

/** "14:05". */
export function formatTime(at: number): string {
  return dateFormat({ hour: 'numeric', minute: '2-digit' }).format(at)
}

/** "Monday, 3 August 2026 at 14:05:09". */
export function formatExact(at: number): string {
  return dateFormat({ dateStyle: 'full', timeStyle: 'medium' }).format(at)
}

/** "3 Aug 2026". */
export function formatDate(at: number): string {
  return dateFormat({ dateStyle: 'medium' }).format(at)
}

/** "3 Aug 2026, 14:05". */
export function formatDateTime(at: number): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(at)
}

/** "Today", "Yesterday", "Monday" in the last week, then "3 August", with the year when it is another one. */
export function formatDay(at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days === 0) return t('time.today')
  if (days === -1) return t('time.yesterday')
  if (days < 0 && days > -7) return dateFormat({ weekday: 'long' }).format(at)
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return dateFormat({
    day: 'numeric',
    month: 'long',
    ...(sameYear ? { weekday: 'long' } : { year: 'numeric' }),
  }).format(at)
}

/** For lists, as short as it can be: "14:05", "Mon", "3 Aug", "03/08/25". */
export function formatShort(at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days === 0) return formatTime(at)
  if (days < 0 && days > -7) return dateFormat({ weekday: 'short' }).format(at)
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return dateFormat(sameYear ? { day: 'numeric', month: 'short' } : { dateStyle: 'short' }).format(at)
}

/** "5 minutes ago", "yesterday", "3 weeks ago". */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.min(0, Math.round((at - now) / 1000))
  const format = new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' })
  if (seconds > -60) return t('time.justNow')
  if (seconds > -3600) return format.format(Math.trunc(seconds / 60), 'minute')
  if (seconds > -86_400) return format.format(Math.trunc(seconds / 3600), 'hour')
  if (seconds > -7 * 86_400) return format.format(Math.trunc(seconds / 86_400), 'day')
  if (seconds > -60 * 86_400) return format.format(Math.trunc(seconds / (7 * 86_400)), 'week')
  return dateFormat({ dateStyle: 'medium' }).format(at)
}
