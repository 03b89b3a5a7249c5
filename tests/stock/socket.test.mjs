// Socket.IO as the protocol describes it, packet by packet.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RawSocket, get, openPolling, post, startServer } from './harness.mjs'

const PATH = '/socket.io/'
let server

before(async () => {
  server = await startServer()
})
after(() => server.stop())

async function openWebSocket() {
  const socket = new RawSocket(`${server.ws}${PATH}?EIO=4&transport=websocket`)
  await socket.next()
  return socket
}

async function connect() {
  const socket = await openWebSocket()
  socket.send('40')
  await socket.nextData()
  await socket.nextData()
  return socket
}

describe('connect', () => {
  const cases = [
    ['40', '40', '42["auth",{}]'],
    ['40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
    ['40/custom,', '40/custom,', '42/custom,["auth",{}]'],
    ['40/custom', '40/custom,', '42/custom,["auth",{}]'],
    ['40/custom,{"token":"abc"}', '40/custom,', '42/custom,["auth",{"token":"abc"}]'],
  ]
  for (const [sent, head, auth] of cases) {
    test(`${sent} connects and the auth object comes back`, async () => {
      const socket = await openWebSocket()
      socket.send(sent)
      const answer = await socket.nextData()
      assert.ok(answer.startsWith(head))
      assert.deepEqual(Object.keys(JSON.parse(answer.slice(head.length))), ['sid'])
      assert.equal(await socket.nextData(), auth)
      socket.close()
    })
  }

  test('an unknown namespace is refused and the connection lives', async () => {
    const socket = await openWebSocket()
    socket.send('40/random')
    assert.equal(await socket.nextData(), '44/random,{"message":"Invalid namespace"}')
    socket.send('40')
    assert.ok((await socket.nextData()).startsWith('40{'))
    socket.close()
  })

  test('a connection that connects nothing is closed', async () => {
    const socket = await openWebSocket()
    socket.nextData()
    const started = Date.now()
    assert.equal((await socket.closed).reason, 'server closed')
    assert.ok(Date.now() - started >= 900)
  })

  test('an event before the connect closes the connection', async () => {
    const socket = await openWebSocket()
    socket.send('42["message","too early"]')
    assert.equal((await socket.closed).reason, 'parse error')
  })
})

describe('disconnect', () => {
  test('leaving the main namespace leaves the connection open', async () => {
    const socket = await connect()
    socket.send('41')
    assert.equal(await socket.next(), '2')
    socket.close()
  })

  test('leaving one namespace leaves the others connected', async () => {
    const socket = await connect()
    socket.send('40/custom')
    await socket.nextData()
    await socket.nextData()
    socket.send('41/custom')
    socket.send('42["message","message to main namespace"]')
    assert.equal(await socket.nextData(), '42["message-back","message to main namespace"]')
    socket.close()
  })
})

describe('messages', () => {
  test('a text event comes back', async () => {
    const socket = await connect()
    socket.send('42["message",1,"2",{"3":[true]}]')
    assert.equal(await socket.nextData(), '42["message-back",1,"2",{"3":[true]}]')
    socket.close()
  })

  test('a binary event comes back with its attachments', async () => {
    const socket = await connect()
    const args = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'
    socket.send(`452-["message",${args}]`)
    socket.send(Uint8Array.from([1, 2, 3]))
    socket.send(Uint8Array.from([4, 5, 6]))
    assert.equal(await socket.nextData(), `452-["message-back",${args}]`)
    assert.deepEqual([...(await socket.nextData())], [1, 2, 3])
    assert.deepEqual([...(await socket.nextData())], [4, 5, 6])
    socket.close()
  })

  test('an event is acknowledged under its number', async () => {
    const socket = await connect()
    socket.send('42456["message-with-ack",1,"2",{"3":[false]}]')
    assert.equal(await socket.nextData(), '43456[1,"2",{"3":[false]}]')
    socket.close()
  })

  test('a binary event is acknowledged with its attachments', async () => {
    const socket = await connect()
    const args = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'
    socket.send(`452-789["message-with-ack",${args}]`)
    socket.send(Uint8Array.from([1, 2, 3]))
    socket.send(Uint8Array.from([4, 5, 6]))
    assert.equal(await socket.nextData(), `462-789[${args}]`)
    assert.deepEqual([...(await socket.nextData())], [1, 2, 3])
    assert.deepEqual([...(await socket.nextData())], [4, 5, 6])
    socket.close()
  })

  test('binary travels over long-polling too', async () => {
    const { url } = await openPolling(server, PATH)
    await post(url, '40')
    await get(url)
    await post(url, '451-7["message-with-ack",{"_placeholder":true,"num":0}]\x1ebAQIDBA==')
    const expected = '461-7[{"_placeholder":true,"num":0}]\x1ebAQIDBA=='
    assert.equal((await get(url)).body, expected)
  })

  const malformed = [
    '4abc', '42{}', '42abc["message-with-ack",1,"2",{"3":[false]}]', '42[]', '42[null]', '42["connect"]', '42["x"', '49', '4',
    '45["x"]', '450-["x"]', '4511-["x"]', '43["x"]', '41{"a":1}', '44{"message":"x"}', '40[]', '40{}', '42/custom,["x"]',
    `42["x",${'['.repeat(70)}${']'.repeat(70)}]`, `42["x",${Array(33).fill(1)}]`, '42123456789012345678901["x"]',
  ]
  for (const packet of malformed) {
    test(`${packet.slice(0, 40)} closes its connection and no other`, async () => {
      const [socket, bystander] = await Promise.all([connect(), connect()])
      socket.send(packet)
      assert.deepEqual(await socket.closed, { code: 1002, reason: 'parse error' })
      bystander.send('42["message","alive"]')
      assert.equal(await bystander.nextData(), '42["message-back","alive"]')
      bystander.close()
    })
  }

  test('a text in place of an attachment closes the connection', async () => {
    const socket = await connect()
    socket.send('451-["message",{"_placeholder":true,"num":0}]')
    socket.send('42["message"]')
    assert.equal((await socket.closed).reason, 'parse error')
  })
})
