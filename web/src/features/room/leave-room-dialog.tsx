import { t } from '../../i18n/t'
import { api } from '../../realtime/client'
import { useMe, useRoom } from '../../realtime/hooks'
import { Confirm } from '../../ui/dialog'
import { closeOverlay } from '../../ui/overlays'
import { match, navigate } from '../../ui/router'
import { useSubmit } from '../../ui/use-submit'

/** Leaves a room after one question: coming back needs somebody else. */
export function LeaveRoomDialog({ roomId }: { readonly roomId: string }) {
  const view = useRoom(roomId)
  const me = useMe()
  const { busy, failure, run } = useSubmit()
  if (!('room' in view) || !me) return null

  const leave = async () => {
    const done = await run(() => api.removeMember(roomId, me.id))
    if (!done) return
    closeOverlay()
    if (match('/r/:room/:seq?', location.pathname)?.room === roomId) navigate('/', 'replace')
  }
  const lastOwner = view.role === 'owner' && view.members.length > 1
  return (
    <Confirm
      title={t('leave.title', { room: view.title })}
      body={t(lastOwner ? 'leave.owner' : 'leave.body')}
      confirm={t('leave.confirm')}
      busy={busy}
      error={failure?.message}
      onConfirm={leave}
      onClose={closeOverlay}
    />
  )
}
