import { useEffect, useState } from 'react'
import type { UserRef } from '../protocol/generated'
import { api } from './client'

/** What a search for people has found so far. */
export type PeopleFound = {
  readonly people: readonly UserRef[]
  /** The answer to what stands in the field is still on its way. */
  readonly searching: boolean
  readonly failed: boolean
}

/** Between keys of one word; asking at each would only spend the rate limit. */
const pauseMs = 150
const limit = 20

/** Finds people of the site by the beginning of their name or username. */
export function useUserSearch(query: string): PeopleFound {
  const wanted = query.trim().replace(/^@/, '')
  const [found, setFound] = useState<{
    readonly of: string
    readonly people: readonly UserRef[]
    readonly failed: boolean
  }>()

  useEffect(() => {
    if (wanted === '') return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      api.searchUsers(wanted, { limit, signal: abort.signal }).then(
        (page) => setFound({ of: wanted, people: page.items, failed: false }),
        () => !abort.signal.aborted && setFound({ of: wanted, people: [], failed: true }),
      )
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [wanted])

  if (wanted === '') return { people: [], searching: false, failed: false }
  // The last answer stays while the next is on its way, so that the list does not blink.
  return { people: found?.people ?? [], searching: found?.of !== wanted, failed: found?.of === wanted && found.failed }
}
