// The official JavaScript clients, unchanged, over every transport.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { Socket as EngineSocket } from 'engine.io-client'
import { io } from 'socket.io-client'
import { startServer } from './harness.mjs'

const TRANSPORTS = { 'WebSocket only': ['websocket'], 'long-polling only': ['polling'], 'long-polling, then upgraded': ['polling', 'websocket'] }
let server

before(async () => {
  // Pings come often, because the clients' own heartbeat is part of the test; a busy machine gets time to answer.
  server = await startServer({ PING_INTERVAL: '300', PING_TIMEOUT: '3000' })
})
after(() => server.stop())

function client(options) {
  return io(options.namespace ? `${server.http}${options.namespace}` : server.http, { forceNew: true, reconnectionDelay: 10, reconnectionDelayMax: 20, ...options })
}

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(name, () => {
    test('connects with its credentials and gets what is sent at once', async () => {
      const socket = client({ transports, auth: { token: '123' } })
      const [auth] = await once(socket, 'auth')
      assert.deepEqual(auth, { token: '123' })
      assert.equal(typeof socket.id, 'string')
      socket.disconnect()
    })

    test('has events answered and acknowledged, binary included', async () => {
      const socket = client({ transports })
      const back = once(socket, 'message-back')
      socket.emit('message', 1, 'zwei', { drei: [true, null] }, Buffer.from([1, 2, 3]))
      assert.deepEqual(await back, [1, 'zwei', { drei: [true, null] }, Buffer.from([1, 2, 3])])
      const ack = await new Promise((resolve) => socket.emit('message-with-ack', { file: Buffer.from([4]) }, 'ümläut 🎉', (...args) => resolve(args)))
      assert.deepEqual(ack, [{ file: Buffer.from([4]) }, 'ümläut 🎉'])
      socket.disconnect()
    })

    test('keeps the order of many events', async () => {
      const socket = client({ transports })
      const acks = []
      await Promise.all(Array.from({ length: 500 }, async (_, i) => acks.push(await socket.emitWithAck('message-with-ack', i))))
      assert.deepEqual(acks, Array.from({ length: 500 }, (_, i) => i))
      socket.disconnect()
    })

    test('carries a message of half a megabyte', async () => {
      const socket = client({ transports })
      const text = 'x'.repeat(500_000)
      assert.equal(await socket.emitWithAck('message-with-ack', text), text)
      socket.disconnect()
    })

    test('stays connected through heartbeats', async () => {
      const socket = client({ transports })
      await once(socket, 'connect')
      let pings = 0
      await new Promise((resolve) => socket.io.on('ping', () => ++pings === 3 && resolve()))
      assert.ok(socket.connected)
      socket.disconnect()
    })

    test('uses several namespaces on one connection', async () => {
      const main = client({ transports })
      const custom = main.io.socket('/custom', { auth: { token: 'c' } })
      custom.connect()
      assert.deepEqual(await once(custom, 'auth'), [{ token: 'c' }])
      assert.equal(await custom.emitWithAck('message-with-ack', 'from custom'), 'from custom')
      custom.disconnect()
      assert.equal(await main.emitWithAck('message-with-ack', 'from main'), 'from main')
      main.disconnect()
    })

    test('is refused an unknown namespace politely', async () => {
      const socket = client({ transports, namespace: '/random' })
      const [error] = await once(socket, 'connect_error')
      assert.equal(error.message, 'Invalid namespace')
      socket.disconnect()
    })

    test('comes back after its transport broke', async () => {
      const socket = client({ transports })
      await once(socket, 'connect')
      const first = socket.id
      socket.io.engine.close()
      await once(socket, 'connect')
      assert.notEqual(socket.id, first)
      assert.equal(await socket.emitWithAck('message-with-ack', 'again'), 'again')
      socket.disconnect()
    })
  })
}

test('an upgrade in the middle of traffic loses and repeats nothing', async () => {
  const socket = client({ transports: ['polling', 'websocket'] })
  // Listened for from the beginning: on a busy machine the upgrade can come before the connect.
  const upgraded = once(socket.io.engine, 'upgrade')
  const got = []
  socket.on('message-back', (i) => got.push(i))
  let sent = 0
  const timer = setInterval(() => socket.emit('message', sent++), 1)
  await upgraded
  await socket.emitWithAck('message-with-ack', 'after the upgrade')
  clearInterval(timer)
  await socket.emitWithAck('message-with-ack', 'after the last')
  assert.ok(sent > 0)
  assert.deepEqual(got, Array.from({ length: sent }, (_, i) => i))
  assert.equal(socket.io.engine.transport.name, 'websocket')
  socket.disconnect()
})

test('engine.io-client speaks with the plain engine over every transport', async () => {
  for (const transports of Object.values(TRANSPORTS)) {
    const socket = new EngineSocket(server.http, { transports, path: '/engine.io/' })
    await once(socket, 'open')
    socket.send('text')
    assert.deepEqual(await once(socket, 'message'), ['text'])
    socket.send(Buffer.from([1, 2, 3]))
    const [binary] = await once(socket, 'message')
    assert.deepEqual([...new Uint8Array(binary)], [1, 2, 3])
    socket.close()
  }
})
