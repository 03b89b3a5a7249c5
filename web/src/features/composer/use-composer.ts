import { useState } from 'react'
import { lengthOf, MAX_CONTENT } from '../../lib/text'
import { client } from '../../realtime/client'
import { useDraft } from '../../realtime/hooks'

/** The text of one room's composer, kept as its draft, and what may be done with it. */
export function useComposer(roomId: string) {
  const draft = useDraft(roomId)
  const [text, setText] = useState(draft)

  const change = (next: string) => {
    setText(next)
    client.setDraft(roomId, next)
    if (next.trim() === '') client.stopTyping()
    else client.typing(roomId)
  }
  const send = () => {
    if (text.trim() === '' || lengthOf(text) > MAX_CONTENT) return
    client.sendMessage(roomId, text)
    setText('')
    client.setDraft(roomId, '')
  }
  const leave = () => client.stopTyping()

  // Counting characters costs a pass over the text, so short ones are not counted.
  const overBy = text.length > MAX_CONTENT ? Math.max(0, lengthOf(text) - MAX_CONTENT) : 0
  return { text, overBy, change, send, leave }
}
