import type { Tabs } from '../lib/tabs'

/** A browser with several tabs: locks that a closed tab lets go, and messages between tabs. */
export type SimBrowser<Message> = { readonly openTab: () => Tabs<Message> }

type Tab<Message> = { readonly hears: Set<(message: Message) => void>; closed: boolean; closing: Set<() => void> }

/** A browser without tabs. */
export function simBrowser<Message>(): SimBrowser<Message> {
  const tabs = new Set<Tab<Message>>()
  const locks = new Map<string, Promise<unknown>>()

  const openTab = (): Tabs<Message> => {
    const tab: Tab<Message> = { hears: new Set(), closed: false, closing: new Set() }
    tabs.add(tab)
    const run = <T>(job: () => Promise<T>): Promise<T> => {
      // The lock of a tab that closes is free, whether its job came to an end or not.
      const closed = new Promise<never>((_, reject) => tab.closing.add(() => reject(new Error('The tab is closed.'))))
      return tab.closed ? closed : Promise.race([job(), closed])
    }
    return {
      exclusive: (name, job) => {
        const before = locks.get(name) ?? Promise.resolve()
        const held = before.then(() => (tab.closed ? Promise.reject(new Error('The tab is closed.')) : run(job)))
        const quiet = held.catch(() => undefined)
        locks.set(name, quiet)
        return held
      },
      post: (message) => {
        for (const other of tabs) if (other !== tab) for (const hear of other.hears) hear(structuredClone(message))
      },
      listen: (hear) => {
        tab.hears.add(hear)
        return () => tab.hears.delete(hear)
      },
      close: () => {
        tab.closed = true
        tabs.delete(tab)
        for (const close of tab.closing) close()
      },
    }
  }
  return { openTab }
}
