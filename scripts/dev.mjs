// `make dev`: the server and Vite, side by side. A change below crates/ rebuilds and restarts the server; Vite reloads the client.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'

const target = process.env.CARGO_TARGET_DIR ?? 'target'
const hearth = join(target, 'debug', 'hearth')
const children = new Set()
let server
let building = false
let stale = false

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options })
  children.add(child)
  child.on('exit', () => children.delete(child))
  return child
}

function ended(child) {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** Builds until nothing changed meanwhile, then swaps the running server for the new one. */
async function rebuild() {
  stale = true
  if (building) return
  building = true
  let built = false
  while (stale) {
    stale = false
    built = (await ended(start('cargo', ['build', '--package', 'hearth-server', '--bin', 'hearth']))) === 0
  }
  building = false
  if (built) await restart()
}

async function restart() {
  if (server && server.exitCode === null && server.signalCode === null) {
    const gone = ended(server)
    server.kill('SIGTERM')
    await gone
  }
  server = start(hearth, ['serve'])
}

function stop() {
  for (const child of children) child.kill('SIGTERM')
  process.exitCode = 0
}

let debounce
watch('crates', { recursive: true }, (_, name) => {
  if (!name || !/\.(rs|toml|sql)$/.test(name)) return
  clearTimeout(debounce)
  debounce = setTimeout(rebuild, 200)
})

process.on('SIGINT', stop)
process.on('SIGTERM', stop)
start('npm', ['run', 'dev', '--', '--clearScreen', 'false'], { cwd: 'web' })
await rebuild()
