// Engine.IO as the protocol describes it, request by request.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { PING_INTERVAL, PING_TIMEOUT, RawSocket, get, openPolling, post, startServer } from './harness.mjs'

const PATH = '/engine.io/'
let server

before(async () => {
  server = await startServer()
})
after(() => server.stop())

const handshake = { sid: 'string', upgrades: 'object', pingInterval: 'number', pingTimeout: 'number', maxPayload: 'number' }

function assertOpen(packet, upgrades) {
  assert.equal(packet[0], '0')
  const open = JSON.parse(packet.slice(1))
  assert.deepEqual(Object.fromEntries(Object.entries(open).map(([key, value]) => [key, typeof value])), handshake)
  assert.deepEqual({ ...open, sid: '' }, { sid: '', upgrades, pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 })
}

function rawSocket(sid) {
  return new RawSocket(`${server.ws}${PATH}?EIO=4&transport=websocket${sid ? `&sid=${sid}` : ''}`)
}

async function openWebSocket() {
  const socket = rawSocket()
  await socket.next()
  return socket
}

describe('handshake', () => {
  test('a GET opens a long-polling session that may be upgraded', async () => {
    const { status, body } = await get(`${server.http}${PATH}?EIO=4&transport=polling`)
    assert.equal(status, 200)
    assertOpen(body, ['websocket'])
  })

  test('a WebSocket opens a session that is upgraded already', async () => {
    const socket = rawSocket()
    assertOpen(await socket.next(), [])
    socket.close()
  })

  const refusals = [
    ['GET', '?transport=polling', 5, 'Unsupported protocol version'],
    ['GET', '?EIO=abc&transport=polling', 5, 'Unsupported protocol version'],
    ['GET', '?EIO=3&transport=polling', 5, 'Unsupported protocol version'],
    ['GET', '?EIO=4', 0, 'Transport unknown'],
    ['GET', '?EIO=4&transport=abc', 0, 'Transport unknown'],
    ['POST', '?EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['PUT', '?EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['GET', '?EIO=4&transport=websocket', 3, 'Bad request'],
    ['GET', '?EIO=4&transport=polling&sid=nope', 1, 'Session ID unknown'],
    ['POST', '?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAAAA', 1, 'Session ID unknown'],
  ]
  for (const [method, query, code, message] of refusals) {
    test(`${method} ${query} is refused with "${message}"`, async () => {
      const response = await fetch(`${server.http}${PATH}${query}`, { method })
      assert.equal(response.status, 400)
      assert.deepEqual(await response.json(), { code, message })
    })
  }

  for (const query of ['?transport=websocket', '?EIO=abc&transport=websocket', '?EIO=4', '?EIO=4&transport=abc']) {
    test(`a WebSocket with ${query} is closed`, async () => {
      await new RawSocket(`${server.ws}${PATH}${query}`).closed
    })
  }

  test('a page of any origin may poll this server', async () => {
    const headers = { origin: 'https://elsewhere.example', 'access-control-request-headers': 'content-type' }
    const url = `${server.http}${PATH}?EIO=4&transport=polling`
    const preflight = await fetch(url, { method: 'OPTIONS', headers })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'content-type')
    const response = await fetch(url, { headers })
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
  })
})

describe('messages over long-polling', () => {
  const payloads = {
    'one text': '4hello',
    'several texts': '4test1\x1e4test2\x1e4test3',
    'text and binary': '4hello\x1ebAQIDBA==',
  }
  for (const [name, payload] of Object.entries(payloads)) {
    test(`${name}: the echo is the payload that was sent`, async () => {
      const { url } = await openPolling(server, PATH)
      assert.deepEqual(await post(url, payload), { status: 200, body: 'ok' })
      assert.deepEqual(await get(url), { status: 200, body: payload })
    })
  }

  test('no answer holds more than 16 packets', async () => {
    const { url } = await openPolling(server, PATH)
    await post(url, Array(40).fill('4x').join('\x1e'))
    const counts = []
    while (counts.reduce((sum, count) => sum + count, 0) < 40) {
      counts.push((await get(url)).body.split('\x1e').length)
    }
    assert.deepEqual(counts, [16, 16, 8])
  })

  test('an unknown packet closes the session', async () => {
    const { url } = await openPolling(server, PATH)
    assert.equal((await post(url, 'abc')).status, 400)
    assert.equal((await get(url)).status, 400)
  })

  test('a body beyond maxPayload is refused', async () => {
    const { url } = await openPolling(server, PATH)
    assert.equal((await post(url, `4${'x'.repeat(1_000_000)}`)).status, 413)
  })

  test('a second GET closes the session and ends the first', async () => {
    const { url } = await openPolling(server, PATH)
    const first = get(url)
    await sleep(5)
    assert.equal((await get(`${url}&t=burst`)).status, 400)
    assert.deepEqual(await first, { status: 200, body: '1' })
    assert.equal((await get(url)).status, 400)
  })

  test('a second POST closes the session', async () => {
    const { url } = await openPolling(server, PATH)
    const { port, pathname, search } = new URL(url)
    const slow = connect(Number(port), '127.0.0.1')
    slow.on('error', () => {})
    slow.write(`POST ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n4he`)
    await once(slow, 'ready')
    await sleep(20)
    assert.equal((await post(url, '4x')).status, 400)
    slow.destroy()
    assert.equal((await get(url)).status, 400)
  })
})

describe('messages over WebSocket', () => {
  test('a text is echoed', async () => {
    const socket = await openWebSocket()
    socket.send('4hello')
    assert.equal(await socket.next(), '4hello')
    socket.close()
  })

  test('binary is echoed', async () => {
    const socket = await openWebSocket()
    socket.send(Uint8Array.from([1, 2, 3, 4]))
    assert.deepEqual([...(await socket.next())], [1, 2, 3, 4])
    socket.close()
  })

  test('an unknown packet closes the connection', async () => {
    const socket = await openWebSocket()
    socket.send('abc')
    assert.deepEqual(await socket.closed, { code: 1002, reason: 'parse error' })
  })

  test('a message beyond maxPayload closes the connection with 1009', async () => {
    const socket = await openWebSocket()
    socket.send(`4${'x'.repeat(1_000_000)}`)
    assert.equal((await socket.closed).code, 1009)
  })

  test('a session that is a WebSocket answers no polls', async () => {
    const socket = rawSocket()
    const { sid } = JSON.parse((await socket.next()).slice(1))
    const { status, body } = await get(`${server.http}${PATH}?EIO=4&transport=polling&sid=${sid}`)
    assert.deepEqual([status, JSON.parse(body)], [400, { code: 3, message: 'Bad request' }])
    socket.close()
  })
})

describe('heartbeat', () => {
  test('long-polling gets pings and lives while it answers them', async () => {
    const { url } = await openPolling(server, PATH)
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await get(url), { status: 200, body: '2' })
      assert.equal((await post(url, '3')).status, 200)
    }
  })

  test('long-polling ends when a ping is not answered', async () => {
    const { url } = await openPolling(server, PATH)
    await sleep(PING_INTERVAL + PING_TIMEOUT)
    assert.equal((await get(url)).status, 400)
  })

  test('a WebSocket gets pings and lives while it answers them', async () => {
    const socket = await openWebSocket()
    for (let i = 0; i < 3; i++) {
      assert.equal(await socket.next(), '2')
      socket.send('3')
    }
    socket.close()
  })

  test('a WebSocket ends when a ping is not answered', async () => {
    const socket = await openWebSocket()
    assert.equal((await socket.closed).reason, 'ping timeout')
  })

  test('clients may not ping in revision 4', async () => {
    const socket = await openWebSocket()
    socket.send('2')
    assert.equal((await socket.closed).reason, 'parse error')
  })
})

describe('close', () => {
  test('a close over POST ends the waiting GET with a NOOP', async () => {
    for (let i = 0; i < 20; i++) {
      const { url } = await openPolling(server, PATH)
      const [poll] = await Promise.all([get(url), post(url, '1')])
      assert.deepEqual(poll, { status: 200, body: '6' })
      assert.equal((await get(url)).status, 400)
    }
  })

  test('a close over WebSocket ends the connection', async () => {
    const socket = await openWebSocket()
    socket.send('1')
    await socket.closed
  })
})

describe('upgrade', () => {
  async function probe() {
    const { sid, url } = await openPolling(server, PATH)
    const socket = rawSocket(sid)
    await socket.opened
    socket.send('2probe')
    return { socket, sid, url }
  }

  test('a probed WebSocket takes over and the poll is released with a NOOP', async () => {
    const { socket, url } = await probe()
    assert.equal(await socket.next(), '3probe')
    assert.deepEqual(await get(url), { status: 200, body: '6' })
    socket.send('5')
    socket.send('4hello')
    assert.equal(await socket.next(), '4hello')
    socket.close()
  })

  test('a poll that waits already is released by the probe', async () => {
    const { sid, url } = await openPolling(server, PATH)
    const poll = get(url)
    const socket = rawSocket(sid)
    await socket.opened
    socket.send('2probe')
    assert.deepEqual(await poll, { status: 200, body: '6' })
    socket.close()
  })

  test('what was not polled comes over the WebSocket, in order', async () => {
    const { sid, url } = await openPolling(server, PATH)
    await post(url, '4one\x1e4two')
    const socket = rawSocket(sid)
    await socket.opened
    socket.send('2probe')
    socket.send('5')
    socket.send('4three')
    assert.deepEqual([await socket.next(), await socket.next(), await socket.next(), await socket.next()], ['3probe', '4one', '4two', '4three'])
    socket.close()
  })

  test('requests with the sid of an upgraded session are refused', async () => {
    const { socket, url } = await probe()
    socket.send('5')
    assert.equal((await get(url)).status, 400)
    socket.send('4hello')
    assert.deepEqual([await socket.next(), await socket.next()], ['3probe', '4hello'])
    socket.close()
  })

  test('a WebSocket with the sid of an upgraded session is closed', async () => {
    const { socket, sid } = await probe()
    socket.send('5')
    await rawSocket(sid).closed
    socket.send('4hello')
    assert.deepEqual([await socket.next(), await socket.next()], ['3probe', '4hello'])
    socket.close()
  })

  test('a WebSocket that probes wrongly is dropped and polling goes on', async () => {
    const { sid, url } = await openPolling(server, PATH)
    const socket = rawSocket(sid)
    await socket.opened
    socket.send('4hello')
    await socket.closed
    await post(url, '4still here')
    assert.equal((await get(url)).body, '4still here')
  })
})
