/** Talks with the other tabs of this site in the same browser. */
export type Tabs<Message> = {
  /** Runs `job` while no other tab runs one of the same name; the others wait. */
  readonly exclusive: <T>(name: string, job: () => Promise<T>) => Promise<T>
  /** Tells the other tabs, never this one. */
  readonly post: (message: Message) => void
  /** Hears what other tabs tell. Returns how to stop. */
  readonly listen: (hear: (message: Message) => void) => () => void
  readonly close: () => void
}

/**
 * Tabs by Web Locks and BroadcastChannel. Browsers give locks to secure pages only: without them `exclusive` keeps
 * order inside this tab alone, and what runs under it must bear that.
 */
export function browserTabs<Message>(channelName: string): Tabs<Message> {
  const channel = new BroadcastChannel(channelName)
  const own = new Map<string, Promise<unknown>>()
  const locks = typeof navigator === 'undefined' ? undefined : (navigator.locks as LockManager | undefined)

  const inThisTab = <T>(name: string, job: () => Promise<T>): Promise<T> => {
    const before = own.get(name) ?? Promise.resolve()
    const run = before.then(job, job)
    own.set(
      name,
      run.catch(() => undefined),
    )
    return run
  }

  return {
    exclusive: <T>(name: string, job: () => Promise<T>) =>
      locks ? (locks.request(`${channelName}:${name}`, job) as Promise<T>) : inThisTab(name, job),
    post: (message) => channel.postMessage(message),
    listen: (hear) => {
      const onMessage = (event: MessageEvent) => hear(event.data as Message)
      channel.addEventListener('message', onMessage)
      return () => channel.removeEventListener('message', onMessage)
    },
    close: () => channel.close(),
  }
}
