import { parseIncoming, parseRefusedAck } from '../protocol/parse'
import type { ChatSocket, SocketEars } from '../realtime/socket'
import { CommandRefused, NoAnswer } from '../realtime/socket'
import type { SimPeer, SimServer } from './simServer'

/** One frame from the server. */
type Down =
  | { readonly kind: 'event'; name: string; data: unknown }
  | { readonly kind: 'ack'; id: number; answer: unknown }

type Up = { readonly id: number | undefined; readonly command: string; readonly payload: unknown }

type Waiting = { readonly resolve: (answer: unknown) => void; readonly reject: (error: unknown) => void }

/** A socket over a network that a test moves frame by frame. */
export type SimSocket = ChatSocket & {
  /** The network accepts connections. */
  reachable: boolean
  /** Finishes a connection that was asked for. Returns whether there was one. */
  readonly accept: () => boolean
  /** Carries one frame to the server. Returns whether there was one. */
  readonly carryUp: () => boolean
  /** Carries one frame to the client. Returns whether there was one. */
  readonly carryDown: () => boolean
  /** The network brings the next event a second time, later. */
  readonly duplicateDown: () => void
  /** The next event overtakes the one after it. */
  readonly swapDown: () => void
  /** The next event is lost, though the connection lives. */
  readonly loseDown: () => void
  /** The connection breaks; frames under way are lost. */
  readonly breakLink: () => void
  readonly isOpen: () => boolean
}

/** A socket of whoever the token names: tokens of the simulation are user ids. */
export function createSimSocket(server: SimServer): SimSocket {
  let userId = ''
  let ears: SocketEars | undefined
  let peer: SimPeer | undefined
  let wanted = false
  let up: Up[] = []
  let down: Down[] = []
  let waiting = new Map<number, Waiting>()
  let lastId = 0

  const tear = () => {
    if (peer) server.disconnect(peer)
    peer = undefined
    wanted = false
    up = []
    down = []
    const lost = waiting
    waiting = new Map()
    for (const { reject } of lost.values()) reject(new NoAnswer())
  }

  const deliver = (frame: Down) => {
    if (frame.kind === 'event') {
      ears?.incoming(parseIncoming(frame.name, structuredClone(frame.data)))
      return
    }
    const asker = waiting.get(frame.id)
    waiting.delete(frame.id)
    const refusal = parseRefusedAck(frame.answer)
    if (refusal) asker?.reject(new CommandRefused(refusal))
    else asker?.resolve(structuredClone(frame.answer))
  }

  const eventAt = (index: number) => down[index]?.kind === 'event'

  const socket: SimSocket = {
    reachable: true,
    hear: (next) => {
      ears = next
    },
    open: (token) => {
      tear()
      userId = token
      wanted = true
    },
    close: tear,
    request: (command, payload) =>
      new Promise((resolve, reject) => {
        if (!peer) {
          reject(new NoAnswer())
          return
        }
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        up.push({ id: lastId, command, payload: structuredClone(payload) })
      }),
    tell: (command, payload) => {
      if (peer) up.push({ id: undefined, command, payload })
    },
    accept: () => {
      if (!wanted) return false
      wanted = false
      if (!socket.reachable) {
        ears?.dropped()
        return true
      }
      peer = { userId, emit: (name, data) => void down.push({ kind: 'event', name, data: structuredClone(data) }) }
      server.connect(peer)
      ears?.connected()
      return true
    },
    carryUp: () => {
      const frame = up.shift()
      if (!frame || !peer) return false
      const answer = server.handle(peer, frame.command, frame.payload)
      if (frame.id !== undefined) down.push({ kind: 'ack', id: frame.id, answer: structuredClone(answer) })
      return true
    },
    carryDown: () => {
      const frame = down.shift()
      if (!frame) return false
      deliver(frame)
      return true
    },
    duplicateDown: () => {
      const frame = down[0]
      if (frame && eventAt(0)) down.splice(Math.min(down.length, 2), 0, frame)
    },
    swapDown: () => {
      const [first, second] = down
      if (first && second && eventAt(0) && eventAt(1)) down.splice(0, 2, second, first)
    },
    loseDown: () => {
      if (eventAt(0)) down.shift()
    },
    breakLink: () => {
      const had = peer !== undefined || wanted
      tear()
      if (had) ears?.dropped()
    },
    isOpen: () => peer !== undefined,
  }
  return socket
}
