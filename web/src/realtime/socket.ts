import type { Socket } from 'socket.io-client'
import { io } from 'socket.io-client'
import type { Refusal } from '../protocol/generated'
import type { Incoming } from '../protocol/parse'
import { parseIncoming, parseRefusedAck } from '../protocol/parse'

/** What a connection tells. Nothing comes after `close`, or from a connection before the last `open`. */
export type SocketEars = {
  readonly connected: () => void
  /** The token was refused. */
  readonly refused: () => void
  /** It could not be made, or it broke. */
  readonly dropped: () => void
  readonly incoming: (incoming: Incoming) => void
}

/** One connection to the server at a time. It never reconnects by itself: `model/connection.ts` decides. */
export type ChatSocket = {
  readonly hear: (ears: SocketEars) => void
  readonly open: (token: string) => void
  readonly close: () => void
  /** Sends a command and waits for its ack. Throws `CommandRefused` or `NoAnswer`. */
  readonly request: (command: string, payload: unknown) => Promise<unknown>
  /** Sends a command whose outcome does not matter; dropped without a connection. */
  readonly tell: (command: string, payload: unknown) => void
}

/** The server answered with a refusal. */
export class CommandRefused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.name = 'CommandRefused'
    this.refusal = refusal
  }
}

/** No answer came, in time or at all: nobody knows whether the command took effect. */
export class NoAnswer extends Error {
  constructor() {
    super('No answer came.')
    this.name = 'NoAnswer'
  }
}

/** How long a command's ack may take. */
export const ACK_MS = 15_000

/** A socket to `origin` (empty: where the page came from). */
export function createSocket(origin: string): ChatSocket {
  let ears: SocketEars | undefined
  let socket: Socket | undefined

  const close = () => {
    const old = socket
    socket = undefined
    old?.offAny()
    old?.removeAllListeners()
    old?.disconnect()
  }

  const open = (token: string) => {
    close()
    const own = io(origin === '' ? undefined : origin, {
      auth: { token },
      forceNew: true,
      reconnection: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
    })
    socket = own
    const mine = (job: (() => void) | undefined) => {
      if (socket === own) job?.()
    }
    own.on('connect', () => mine(ears?.connected))
    own.on('connect_error', (error) => mine(error.message === 'Authentication error' ? ears?.refused : ears?.dropped))
    own.on('disconnect', () => mine(ears?.dropped))
    own.onAny((name: string, data: unknown) => mine(() => ears?.incoming(parseIncoming(name, data))))
  }

  const request = (command: string, payload: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      if (!socket?.connected) {
        reject(new NoAnswer())
        return
      }
      socket.timeout(ACK_MS).emit(command, payload, (error: unknown, answer: unknown) => {
        const refusal = error ? undefined : parseRefusedAck(answer)
        if (error) reject(new NoAnswer())
        else if (refusal) reject(new CommandRefused(refusal))
        else resolve(answer)
      })
    })

  return {
    hear: (next) => {
      ears = next
    },
    open,
    close,
    request,
    tell: (command, payload) => {
      if (socket?.connected) socket.emit(command, payload)
    },
  }
}
