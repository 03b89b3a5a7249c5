import { t } from '../../i18n/t'
import { useRoom } from '../../realtime/hooks'
import { Dialog } from '../../ui/dialog'
import { closeOverlay } from '../../ui/overlays'
import { AddPeople } from './add-people'
import { InviteLink } from './invite-link'

/** Brings people into a room: those who are here by name, everyone else by a link. */
export function InviteDialog({ roomId }: { readonly roomId: string }) {
  const view = useRoom(roomId)
  if (!('room' in view)) return null
  return (
    <Dialog title={t('inviteDialog.title', { room: view.title })} width="wide" onClose={closeOverlay}>
      <div className="flex flex-col gap-5">
        <InviteLink roomId={roomId} />
        <hr className="border-line" />
        <AddPeople roomId={roomId} members={view.members} />
      </div>
    </Dialog>
  )
}
