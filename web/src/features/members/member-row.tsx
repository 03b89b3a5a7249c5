import { t } from '../../i18n/t'
import type { Member } from '../../protocol/generated'
import { useMe, usePresence } from '../../realtime/hooks'
import type { RoomView } from '../../realtime/views'
import { Avatar } from '../../ui/avatar'
import { MemberMenu } from './member-menu'

type Props = { readonly member: Member; readonly room: Extract<RoomView, { status: 'ready' | 'stale' }> }

/** One member: who they are, what they are here, and what one may do. */
export function MemberRow({ member, room }: Props) {
  const me = useMe()
  const presence = usePresence(member.user.id)
  const { user, role } = member
  const isMe = user.id === me?.id
  return (
    <li className="group flex min-h-11 items-center gap-3 rounded-field px-2 hover:bg-hover">
      <Avatar id={user.id} name={user.displayName} src={user.avatar} size={28} online={presence?.online ?? false} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-1.5">
          <bdi className="name text-[14px] leading-[18px]">{user.displayName}</bdi>
          {isMe && <span className="flex-none text-small text-ink-3">({t('members.you')})</span>}
        </span>
        <span className="name block text-small text-ink-3">@{user.username}</span>
      </span>
      {role !== 'member' && <span className="flex-none text-small text-ink-3">{t(`role.${role}`)}</span>}
      {!isMe && <MemberMenu member={member} room={room} />}
    </li>
  )
}
