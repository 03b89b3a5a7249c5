import { useEffect } from 'react'
import { client } from '../../realtime/client'
import type { RoomView } from '../../realtime/views'

type Input = { readonly roomId: string; readonly room: RoomView; readonly atEnd: boolean }

/** Tells the server what was seen: the room is at its end, on a page that one looks at. */
export function useMarkRead({ roomId, room, atEnd }: Input): void {
  const seq = 'seq' in room ? room.seq : undefined
  const unread = 'unread' in room ? room.unread : 0
  useEffect(() => {
    if (!atEnd || seq === undefined || unread === 0) return
    const mark = () => {
      if (document.visibilityState === 'visible' && document.hasFocus()) client.markRead(roomId, seq)
    }
    mark()
    addEventListener('focus', mark)
    document.addEventListener('visibilitychange', mark)
    return () => {
      removeEventListener('focus', mark)
      document.removeEventListener('visibilitychange', mark)
    }
  }, [roomId, seq, unread, atEnd])
}
