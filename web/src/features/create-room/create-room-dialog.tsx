import { type FormEvent, useState } from 'react'
import { t } from '../../i18n/t'
import { api } from '../../realtime/client'
import { Button } from '../../ui/button'
import { Dialog, DialogActions } from '../../ui/dialog'
import { FailureLine } from '../../ui/failure-line'
import { Field } from '../../ui/field'
import { closeOverlay } from '../../ui/overlays'
import { navigate } from '../../ui/router'
import { useSubmit } from '../../ui/use-submit'

/** Makes a room and goes there. */
export function CreateRoomDialog() {
  const [name, setName] = useState('')
  const [topic, setTopic] = useState('')
  const { busy, failure, run, fail } = useSubmit()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return fail({ message: '', fields: { name: t('field.required') } })
    await run(async () => {
      const room = await api.createRoom({ type: 'group', name: name.trim(), topic: topic.trim() })
      closeOverlay()
      navigate(`/r/${room.id}`)
    })
  }

  return (
    <Dialog title={t('create.title')} onClose={closeOverlay}>
      <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
        <Field
          label={t('create.name')}
          hint={t('create.nameHint')}
          error={failure?.fields.name}
          name="room-name"
          autoComplete="off"
          maxLength={80}
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t('create.topic')}
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
            {t('create.submit')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
