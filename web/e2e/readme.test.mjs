// The example of README.md, run word for word against a real server.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PASSWORD, register } from './support/people.mjs'
import { Server } from './support/server.mjs'
import { until } from './support/until.mjs'

// Below node_modules, so that the example finds its library and no linter finds the example.
const folder = fileURLToPath(new URL('../node_modules/.cache/hearth/', import.meta.url))
const file = `${folder}readme-${process.pid}.mjs`
let server
let program

before(async () => {
  server = await Server.start({ HEARTH_SIGNUP: 'open' })
})

after(async () => {
  program?.kill()
  await rm(file, { force: true })
  await server?.stop()
})

test('the example of the README logs in, makes a room and hears its own message', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  assert.match(example, /http:\/\/localhost:3000/)
  assert.ok(example.includes(PASSWORD), 'the example logs in with the password of the tests')
  await register(server, 'ada')
  await mkdir(folder, { recursive: true })
  await writeFile(file, example.replace('http://localhost:3000', server.url))

  program = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }

  await until('the example prints its message', () => {
    if (program.exitCode !== null) throw new Error(`the example ended:\n${output}`)
    return output.includes('ada: Hello from a program.')
  })
})
