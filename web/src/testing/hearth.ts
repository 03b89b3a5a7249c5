import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real `hearth serve` of one test: its own port and data, ended by its own process id. */
export type Hearth = {
  readonly url: string
  /** Starts the process, again after `kill` on the same port and data, and waits until it is ready. */
  readonly up: () => Promise<void>
  /** The power cut. */
  readonly kill: () => Promise<void>
  /** Ends it politely and removes its data. */
  readonly stop: () => Promise<void>
}

/** Between two questions whether the server is ready: nothing announces it from outside. */
const POLL_MS = 25

/** A server that is not started yet. */
export async function hearth(binary: string, settings: Readonly<Record<string, string>> = {}): Promise<Hearth> {
  const port = await freePort()
  const data = await mkdtemp(join(tmpdir(), 'hearth-web-'))
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let output = ''

  const end = async (signal: NodeJS.Signals) => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return
    const gone = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    await gone
  }

  const up = async () => {
    const own = { HEARTH_DATA: data, HEARTH_LISTEN: `127.0.0.1:${port}`, HEARTH_SIGNUP: 'open', ...settings }
    const started = spawn(binary, ['serve'], { env: { ...process.env, ...own }, stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
    for (;;) {
      if (started.exitCode !== null) throw new Error(`hearth ended with ${started.exitCode}:\n${output}`)
      const answer = await fetch(`${url}/readyz`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  return {
    url,
    up,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM')
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('The probe has no port.')
  return address.port
}
