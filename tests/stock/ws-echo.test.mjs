// The WebSocket layer alone, with a client library that checks every frame it gets.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { RawSocket, startServer } from './harness.mjs'

let server

before(async () => {
  server = await startServer()
})
after(() => server.stop())

async function open() {
  const socket = new RawSocket(`${server.ws}/ws-echo`, { perMessageDeflate: true })
  await socket.opened
  return socket
}

for (const length of [0, 125, 126, 65_535, 65_536, 1 << 20, 16 << 20]) {
  test(`texts and binaries of ${length} bytes are echoed`, async () => {
    const socket = await open()
    const bytes = randomBytes(length)
    socket.send('ü'.repeat(length / 2))
    socket.send(bytes)
    assert.equal(await socket.next(), 'ü'.repeat(length / 2))
    assert.ok(bytes.equals(await socket.next()))
    socket.close()
  })
}

test('fragments with a ping between them are one message', async () => {
  const { socket, next } = await open().then((raw) => ({ socket: raw.socket, next: () => raw.next() }))
  const pong = new Promise((resolve) => socket.once('pong', (data) => resolve(data.toString())))
  socket.send('frag', { fin: false })
  socket.ping('between')
  socket.send('ment', { fin: true })
  assert.equal(await pong, 'between')
  assert.equal(await next(), 'fragment')
  socket.close()
})

test('a close is answered with its own code', async () => {
  const { socket, closed } = await open()
  socket.close(4321, 'enough')
  assert.deepEqual(await closed, { code: 4321, reason: 'enough' })
})

test('no extension is negotiated', async () => {
  const { socket } = await open()
  assert.equal(socket.extensions, '')
  socket.close()
})

const breaches = {
  'text that is not UTF-8': [[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
  'a reserved opcode': [[0x83, 0x80, 0, 0, 0, 0], 1002],
  'a reserved bit': [[0xc1, 0x80, 0, 0, 0, 0], 1002],
  'an unmasked frame': [[0x81, 0x00], 1002],
  'a fragmented ping': [[0x09, 0x80, 0, 0, 0, 0], 1002],
  'a continuation of nothing': [[0x80, 0x80, 0, 0, 0, 0], 1002],
  'a close of one byte': [[0x88, 0x81, 0, 0, 0, 0, 3], 1002],
  'a close with a reserved code': [[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
  'an endless message': [[0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], 1009],
}
for (const [name, [bytes, code]] of Object.entries(breaches)) {
  test(`${name} is answered with ${code}`, async () => {
    const { socket, closed } = await open()
    socket._socket.write(Buffer.from(bytes))
    assert.equal((await closed).code, code)
  })
}

test('a request that is no proper WebSocket request is refused', async () => {
  const headers = { connection: 'upgrade', upgrade: 'websocket' }
  assert.equal((await fetch(`${server.http}/ws-echo`)).status, 400)
  const old = new RawSocket(`${server.ws}/ws-echo`, { protocolVersion: 8, headers })
  const status = await new Promise((resolve) => old.socket.once('unexpected-response', (_, response) => resolve(response.statusCode)))
  assert.equal(status, 426)
})
