import { Ellipsis, MessageSquare, Shield, UserMinus } from 'lucide-react'
import { useState } from 'react'
import { t } from '../../i18n/t'
import type { Member, RoomRole } from '../../protocol/generated'
import { api } from '../../realtime/client'
import type { RoomView } from '../../realtime/views'
import { IconButton } from '../../ui/button'
import { Confirm } from '../../ui/dialog'
import { Menu, type MenuEntry } from '../../ui/menu'
import { navigate } from '../../ui/router'
import { toast } from '../../ui/toast'
import { explain, useSubmit } from '../../ui/use-submit'
import { mayRemove, rolesToGive } from './may'

type Props = { readonly member: Member; readonly room: Extract<RoomView, { status: 'ready' | 'stale' }> }
type Question = 'remove' | 'handOver'

/** What one may do with a member. */
export function MemberMenu({ member, room }: Props) {
  const [question, setQuestion] = useState<Question>()
  const { user } = member
  const roomId = room.room.id

  const message = () => api.startDirect(user.id).then((direct) => navigate(`/r/${direct.id}`), tell)
  const give = (role: RoomRole) => {
    if (role === 'owner') setQuestion('handOver')
    else api.setRole(roomId, user.id, role).catch(tell)
  }
  const roles: readonly MenuEntry[] = rolesToGive(room.role, member.role).map((role) => ({
    label: t('members.makeRole', { role: t(`role.${role}`) }),
    icon: <Shield size={16} />,
    onSelect: () => give(role),
  }))
  const entries: readonly MenuEntry[] = [
    { label: t('members.message'), icon: <MessageSquare size={16} />, onSelect: message },
    ...(roles.length > 0 ? (['line', ...roles] as const) : []),
    ...(mayRemove(room.role, member.role)
      ? ([
          'line',
          {
            label: t('members.remove'),
            icon: <UserMinus size={16} />,
            danger: true,
            onSelect: () => setQuestion('remove'),
          },
        ] as const)
      : []),
  ]
  const trigger = (
    <IconButton small label={t('members.actions', { name: user.displayName })}>
      <Ellipsis size={16} aria-hidden />
    </IconButton>
  )
  return (
    <>
      <Menu trigger={trigger} entries={entries} />
      {question && (
        <MemberQuestion question={question} member={member} roomId={roomId} onClose={() => setQuestion(undefined)} />
      )}
    </>
  )
}

function tell(error: unknown): void {
  toast(explain(error).message)
}

type QuestionProps = {
  readonly question: Question
  readonly member: Member
  readonly roomId: string
  readonly onClose: () => void
}

function MemberQuestion({ question, member, roomId, onClose }: QuestionProps) {
  const { busy, failure, run } = useSubmit()
  const { id, displayName: name } = member.user
  const remove = async () => {
    if (!(await run(() => api.removeMember(roomId, id)))) return
    toast(t('members.removed', { name }))
    onClose()
  }
  const handOver = async () => {
    const done = await run(async () => {
      await api.setRole(roomId, id, 'owner')
    })
    if (done) onClose()
  }
  const common = { busy, error: failure?.message, onClose }
  if (question === 'remove') {
    return (
      <Confirm
        {...common}
        title={t('members.removeTitle', { name })}
        body={t('members.removeBody')}
        confirm={t('members.remove')}
        onConfirm={remove}
      />
    )
  }
  return (
    <Confirm
      {...common}
      tone="primary"
      title={t('members.ownerTitle', { name })}
      body={t('members.ownerBody')}
      confirm={t('members.ownerConfirm')}
      onConfirm={handOver}
    />
  )
}
