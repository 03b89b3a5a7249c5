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

/** The only tab: order inside it, and nobody to talk to. */
export function onlyTab<Message>(): Tabs<Message> {
  const last = new Map<string, Promise<unknown>>()
  return {
    exclusive: <T>(name: string, job: () => Promise<T>) => {
      const run = (last.get(name) ?? Promise.resolve()).then(job, job)
      last.set(
        name,
        run.catch(() => undefined),
      )
      return run
    },
    post: () => {},
    listen: () => () => {},
    close: () => {},
  }
}

/**
 * Tabs by Web Locks and BroadcastChannel. Browsers give locks to secure pages only: without them `exclusive` keeps
 * order inside this tab alone, and what runs under it must bear that.
 */
export function browserTabs<Message>(channelName: string): Tabs<Message> {
  const channel = new BroadcastChannel(channelName)
  const locks = typeof navigator === 'undefined' ? undefined : (navigator.locks as LockManager | undefined)
  const alone = onlyTab<Message>()
  return {
    exclusive: <T>(name: string, job: () => Promise<T>) =>
      locks ? (locks.request(`${channelName}:${name}`, job) as Promise<T>) : alone.exclusive(name, job),
    post: (message) => channel.postMessage(message),
    listen: (hear) => {
      const onMessage = (event: MessageEvent) => hear(event.data as Message)
      channel.addEventListener('message', onMessage)
      return () => channel.removeEventListener('message', onMessage)
    },
    close: () => channel.close(),
  }
}
