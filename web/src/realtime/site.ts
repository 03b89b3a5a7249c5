import { create } from 'zustand'
import { ask } from '../api/http'
import type { Site } from '../protocol/generated'

/** What is publicly known of the site; `failed` when it could not be asked. */
type SiteState = { readonly site: Site | undefined; readonly failed: boolean }

const useSiteState = create<SiteState>(() => ({ site: undefined, failed: false }))

/** The site's name and who may join; undefined before the server told. */
export function useSite(): Site | undefined {
  return useSiteState((state) => state.site)
}

/** Whether the last try to learn about the site failed. */
export function useSiteFailed(): boolean {
  return useSiteState((state) => state.failed)
}

/** Takes what the server said of the site. */
export function setSite(site: Site): void {
  useSiteState.setState({ site, failed: false })
}

/** Asks the server about the site; no log-in is needed. */
export async function loadSite(): Promise<void> {
  try {
    setSite((await ask({ origin: '', fetch: fetch.bind(globalThis) }, { method: 'GET', path: '/site' })) as Site)
  } catch {
    useSiteState.setState({ failed: true })
  }
}
