import { createAlarm } from '../lib/alarm'
import { randomId } from '../lib/ids'
import { lengthOf, MAX_CONTENT, normalizeContent } from '../lib/text'
import { settle } from '../model/chat'
import type { Outbox, OutboxEntry } from '../model/outbox'
import {
  adoptEntries,
  compose,
  discardEntry,
  dueEntries,
  markRefused,
  markSaved,
  markSending,
  outboxTimeout,
  putEntry,
  removeEntry,
  resendUnanswered,
  retryEntry,
} from '../model/outbox'
import type { ClientMessageId, MessageSaved, Refusal, RoomId } from '../protocol/generated'
import { messageSaved } from '../protocol/shapes'
import type { ClientPorts } from './core'
import { changeChat } from './core'
import { CommandRefused, NoAnswer } from './socket'

/** Sends what a person wrote: once, in order, when it is possible. */
export type OutboxRunner = {
  readonly send: (roomId: RoomId, text: string) => ClientMessageId | undefined
  readonly retry: (id: ClientMessageId) => void
  readonly discard: (id: ClientMessageId) => void
  /** The connection is live: take the lead among the tabs and send. */
  readonly resume: () => void
  /** The connection is gone: what had no answer goes again later, by whichever tab is live. */
  readonly pause: () => void
}

/** A runner that is paused. */
export function createOutboxRunner(ports: ClientPorts): OutboxRunner {
  const { store, clock, socket, tabs, copies } = ports
  let live = false
  /** This tab sends; the others of the same person wait for its lock. */
  let leading = false
  let asking = false
  let release = () => {}

  const change = (alter: (outbox: Outbox) => Outbox) =>
    changeChat(store, (chat) => {
      const outbox = alter(chat.outbox)
      return outbox === chat.outbox ? chat : { ...chat, outbox }
    })

  const tell = (id: ClientMessageId) => {
    const { chat } = store.getState()
    const entry = chat.outbox.find((other) => other.clientMessageId === id)
    if (!chat.me) return
    if (entry) tabs.post({ kind: 'outboxPut', userId: chat.me.id, entry })
    else tabs.post({ kind: 'outboxRemove', userId: chat.me.id, id })
  }

  const saved = (answer: MessageSaved, id: ClientMessageId) =>
    changeChat(store, (chat) => settle({ ...chat, outbox: markSaved(chat.outbox, id, answer.seq) }, answer.roomId))

  const refused = (refusal: Refusal, id: ClientMessageId) => {
    change((outbox) => markRefused(outbox, id, { refusal, now: clock.now() }))
    tell(id)
  }

  const deliver = async ({ roomId, content, clientMessageId }: OutboxEntry) => {
    try {
      const answer = await socket.request('send_message', { roomId, content, clientMessageId })
      saved(messageSaved(answer, ''), clientMessageId)
    } catch (error) {
      if (error instanceof CommandRefused) refused(error.refusal, clientMessageId)
      else if (!(error instanceof NoAnswer)) ports.report(`send_message: ${String(error)}`)
      // Without an answer the entry stays `sending` until its deadline or the end of the connection.
    }
    pump()
  }

  const pump = () => {
    if (!leading || !live) return
    const now = clock.now()
    change((outbox) => resendUnanswered(outbox, now))
    for (const entry of dueEntries(store.getState().chat.outbox, now)) {
      change((outbox) => markSending(outbox, entry.clientMessageId, now))
      void deliver(entry)
    }
    alarm.set(outboxTimeout(store.getState().chat.outbox))
  }
  const alarm = createAlarm(clock, pump)

  const lead = async (userId: string) => {
    asking = true
    await tabs.exclusive(`outbox:${userId}`, async () => {
      asking = false
      if (!live || store.getState().chat.me?.id !== userId) return
      leading = true
      const stored = await copies.outbox()
      change((outbox) => adoptEntries(outbox, stored))
      pump()
      await new Promise<void>((resolve) => {
        release = resolve
        if (!live) resolve()
      })
      leading = false
    })
    const now = store.getState().chat.me
    if (live && !leading && !asking && now) takeLead(now.id)
  }
  const takeLead = (userId: string) => {
    lead(userId).catch((error: unknown) => ports.report(`outbox: ${String(error)}`))
  }

  tabs.listen((message) => {
    if (message.kind === 'draft' || message.userId !== store.getState().chat.me?.id) return
    if (message.kind === 'outboxPut') change((outbox) => putEntry(outbox, message.entry))
    else change((outbox) => removeEntry(outbox, message.id))
    pump()
  })

  return {
    send: (roomId, text) => {
      const content = normalizeContent(text)
      if (content.trim() === '' || lengthOf(content) > MAX_CONTENT) return undefined
      const clientMessageId = randomId()
      change((outbox) => compose(outbox, { clientMessageId, roomId, content, createdAt: clock.now() }))
      tell(clientMessageId)
      pump()
      return clientMessageId
    },
    retry: (id) => {
      change((outbox) => retryEntry(outbox, id))
      tell(id)
      pump()
    },
    discard: (id) => {
      change((outbox) => discardEntry(outbox, id))
      tell(id)
      pump()
    },
    resume: () => {
      const me = store.getState().chat.me
      if (live || !me) return
      live = true
      if (!asking && !leading) takeLead(me.id)
    },
    pause: () => {
      live = false
      alarm.set(undefined)
      change((outbox) => resendUnanswered(outbox, 'all'))
      release()
    },
  }
}
