import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import type { Room } from '../../protocol/generated'
import { api } from '../../realtime/client'
import { useRoom } from '../../realtime/hooks'
import { Button } from '../../ui/button'
import { Dialog, DialogActions } from '../../ui/dialog'
import { FailureLine } from '../../ui/failure-line'
import { Field } from '../../ui/field'
import { closeOverlay } from '../../ui/overlays'
import { useSubmit } from '../../ui/use-submit'

/** Changes what a room is called and what it is for. */
export function EditRoomDialog({ roomId }: { readonly roomId: string }) {
  const view = useRoom(roomId)
  if (!('room' in view)) return null
  return (
    <Dialog title={t('room.edit')} onClose={closeOverlay}>
      <EditForm room={view.room} />
    </Dialog>
  )
}

function EditForm({ room }: { readonly room: Room }) {
  const [name, setName] = useState(room.name)
  const [topic, setTopic] = useState(room.topic)
  const { busy, failure, run, fail } = useSubmit()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return fail({ message: '', fields: { name: t('field.required') } })
    const done = await run(async () => {
      await api.updateRoom(room.id, { name: name.trim(), topic: topic.trim() })
    })
    if (done) closeOverlay()
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
      <Field
        label={t('room.name')}
        error={failure?.fields.name}
        name="room-name"
        autoComplete="off"
        maxLength={80}
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={t('room.topic')}
        hint={t('room.topicHint')}
        error={failure?.fields.topic}
        optional
        name="room-topic"
        autoComplete="off"
        maxLength={250}
        value={topic}
        onChange={(event) => setTopic(event.target.value)}
      />
      <FailureLine failure={failure} shown={['name', 'topic']} />
      <DialogActions>
        <Button onClick={closeOverlay}>{t('action.cancel')}</Button>
        <Button type="submit" tone="primary" busy={busy}>
          {t('action.save')}
        </Button>
      </DialogActions>
    </form>
  )
}
