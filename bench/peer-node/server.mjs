// A minimal Node socket.io server with the wire of docs/protocol.md, to compare with: `node server.mjs memory|sqlite`.
//
// `memory` numbers messages and forgets them: nothing but fan-out. `sqlite` inserts each message in a transaction of its own before
// the ack, with the same durability as ours (WAL, synchronous=FULL), which is what one writes with better-sqlite3.
// It takes any token and any room: what it leaves out makes it faster, not slower.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Server } from 'socket.io'

const variant = process.argv[2] ?? 'memory'
const store = await openStore(variant)
const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })

io.use((socket, next) => {
  next(typeof socket.handshake.auth.token === 'string' ? undefined : new Error('Authentication error'))
})

io.on('connection', (socket) => {
  const sender = { id: randomUUID(), username: 'bench', displayName: 'bench', avatar: null }
  socket.on('join_room', (roomId) => {
    socket.join(roomId)
    socket.emit('joined_room', roomId)
  })
  socket.on('send_message', ({ roomId, content, clientMessageId }, ack) => {
    const message = { id: randomUUID(), roomId, content, type: 'text', sender, timestamp: Date.now(), clientMessageId }
    const { seq, number } = store.save(message)
    const saved = { clientMessageId, id: message.id, seq, number, roomId, timestamp: message.timestamp }
    ack(saved)
    socket.emit('message_saved', saved)
    socket.to(roomId).emit('receive_message', { ...message, seq, number })
  })
})

http.listen(0, '127.0.0.1', () => console.log(`peer (${variant}) at http://127.0.0.1:${http.address().port}`))

async function openStore(kind) {
  if (kind === 'memory') {
    const last = new Map()
    return {
      save({ roomId }) {
        const number = (last.get(roomId) ?? 0) + 1
        last.set(roomId, number)
        return { seq: number + 1, number }
      },
    }
  }
  if (kind !== 'sqlite') throw new Error(`no such variant: ${kind}`)
  const { default: Database } = await import('better-sqlite3')
  const db = new Database(join(process.env.PEER_DATA ?? '.', 'peer.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`
    create table rooms (id text primary key, number integer not null) without rowid;
    create table messages (
      id text primary key, room_id text not null, number integer not null, sender_id text not null,
      client_message_id text, content text not null, sent_at integer not null,
      unique (room_id, number), unique (room_id, sender_id, client_message_id)
    ) without rowid;
  `)
  const next = db.prepare(
    'insert into rooms (id, number) values (?, 1) on conflict do update set number = number + 1 returning number',
  )
  const insert = db.prepare(
    'insert into messages (id, room_id, number, sender_id, client_message_id, content, sent_at) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const save = db.transaction((message) => {
    const { number } = next.get(message.roomId)
    const { id, roomId, sender, clientMessageId, content, timestamp } = message
    insert.run(id, roomId, number, sender.id, clientMessageId ?? null, content, timestamp)
    return { seq: number + 1, number }
  })
  return { save }
}
