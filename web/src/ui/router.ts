import { useSyncExternalStore } from 'react'

/** Where the browser is. */
export type Place = { readonly path: string; readonly search: string }

const listeners = new Set<() => void>()
let place = read()

function read(): Place {
  if (typeof location === 'undefined') return { path: '/', search: '' }
  return { path: location.pathname, search: location.search }
}

function refresh(): void {
  const next = read()
  if (next.path === place.path && next.search === place.search) return
  place = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener('popstate', refresh)
  listeners.add(listener)
  refresh()
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) removeEventListener('popstate', refresh)
  }
}

/** The place as of now, for code outside React. */
export function currentPlace(): Place {
  return read()
}

/** Goes to a path of this site; `replace` leaves no step to go back to. */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === location.pathname + location.search) return
  if (how === 'replace') history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  refresh()
}

/** Renders again whenever the place changes. */
export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place)
}

/** One parameter of the query, and how to change it in place. */
export function useQuery(name: string): [string | null, (value: string | null) => void] {
  const { search } = usePlace()
  return [new URLSearchParams(search).get(name), (value) => navigate(withQuery(name, value))]
}

function withQuery(name: string, value: string | null): string {
  const query = new URLSearchParams(location.search)
  if (value === null) query.delete(name)
  else query.set(name, value)
  const text = query.toString()
  return location.pathname + (text ? `?${text}` : '')
}

/**
 * The holes of a pattern such as `/r/:room/:seq?`, or `null` when the path is not of that form.
 *
 * A segment that cannot be decoded matches nothing.
 */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/').filter(Boolean)
  const given = path.split('/').filter(Boolean)
  if (given.length > wanted.length) return null
  const holes: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = given[index]
    if (segment === undefined) {
      if (part.endsWith('?')) continue
      return null
    }
    if (!part.startsWith(':')) {
      if (part !== segment) return null
      continue
    }
    const decoded = decode(segment)
    if (decoded === null) return null
    holes[part.slice(1).replace('?', '')] = decoded
  }
  return holes
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
