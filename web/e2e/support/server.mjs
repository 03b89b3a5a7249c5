// A real `hearth` of one test: its own port, its own data folder, ended by its own process id.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.mjs'

const binary = process.env.HEARTH_BIN
if (!binary) throw new Error('HEARTH_BIN must name the hearth binary (make test-e2e sets it)')

/** A port that nothing listens on. The same one is used again after a restart. */
async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

export class Server {
  #process
  #output = ''

  constructor(port, data, settings) {
    this.port = port
    this.data = data
    this.settings = settings
    this.url = `http://localhost:${port}`
  }

  /** Starts a fresh site. `settings` are HEARTH_* variables, e.g. `{ HEARTH_SIGNUP: 'open' }`. */
  static async start(settings = {}) {
    const data = await mkdtemp(join(tmpdir(), 'hearth-e2e-'))
    const server = new Server(await freePort(), data, settings)
    await server.up()
    return server
  }

  /** Starts the process on the same port and data, and waits until it is ready. */
  async up() {
    const environment = { HEARTH_DATA: this.data, HEARTH_LISTEN: `127.0.0.1:${this.port}`, ...this.settings }
    this.#process = spawn(binary, ['serve'], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += chunk
      })
    }
    await until('the server is ready', async () => {
      if (this.#process.exitCode !== null)
        throw new Error(`hearth ended with ${this.#process.exitCode}:\n${this.#output}`)
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined)
      return answer?.ok
    })
  }

  /** The link with the one-time token that makes its opener the owner, on this server's own address. */
  async setupLink() {
    return until('the setup link is printed', () => {
      const token = /\/setup#token=([\w-]+)/.exec(this.#output)?.[1]
      return token && `${this.url}/setup#token=${token}`
    })
  }

  /** What it has logged so far. */
  get output() {
    return this.#output
  }

  /** The power cut. */
  async kill() {
    await this.#end('SIGKILL')
  }

  /** Ends it politely and removes its data. */
  async stop() {
    await this.#end('SIGTERM')
    await rm(this.data, { recursive: true, force: true })
  }

  async #end(signal) {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
}
