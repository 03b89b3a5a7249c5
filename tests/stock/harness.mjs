// What every test here needs: the server under test, and raw requests and sockets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

export const PING_INTERVAL = 300
export const PING_TIMEOUT = 200

/** Starts the conformance server on a free port; `env` overrides its settings. */
export async function startServer(env = {}) {
  const binary = process.env.CONFORMANCE
  if (!binary) throw new Error('CONFORMANCE must name the conformance binary')
  const child = spawn(binary, { env: { ...process.env, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const port = line.match(/:(\d+)$/)[1]
  return {
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** A WebSocket whose messages wait until they are asked for. */
export class RawSocket {
  #messages = []
  #readers = []

  constructor(url, options) {
    this.socket = new WebSocket(url, options)
    this.socket.binaryType = 'nodebuffer'
    this.opened = once(this.socket, 'open')
    this.opened.catch(() => {})
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    this.socket.on('error', () => {})
    this.socket.on('message', (data, isBinary) => {
      const message = isBinary ? data : data.toString()
      const reader = this.#readers.shift()
      if (reader) reader(message)
      else this.#messages.push(message)
    })
  }

  send(data) {
    this.socket.send(data)
  }

  close() {
    this.socket.close()
  }

  next() {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift())
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  /** The next message that is not a heartbeat; heartbeats are answered. */
  async nextData() {
    for (;;) {
      const message = await this.next()
      if (message !== '2') return message
      this.send('3')
    }
  }
}

/** Opens a long-polling session under `path` and gives the URL of its requests. */
export async function openPolling(server, path) {
  const response = await fetch(`${server.http}${path}?EIO=4&transport=polling`)
  const { sid } = JSON.parse((await response.text()).slice(1))
  return { sid, url: `${server.http}${path}?EIO=4&transport=polling&sid=${sid}` }
}

export async function get(url) {
  const response = await fetch(url)
  return { status: response.status, body: await response.text() }
}

export async function post(url, body) {
  const response = await fetch(url, { method: 'POST', body })
  return { status: response.status, body: await response.text() }
}
