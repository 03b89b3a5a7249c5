import { UserPlus, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { t } from '../../i18n/t'
import type { Member } from '../../protocol/generated'
import { useRoom } from '../../realtime/hooks'
import { useChat } from '../../realtime/store'
import { Button, IconButton } from '../../ui/button'
import { openOverlay } from '../../ui/overlays'
import { useQuery } from '../../ui/router'
import { MemberRow } from './member-row'

/** From this many people on a field to filter them is worth its place. */
const filterFrom = 9

/** Who is in the room, those who are there first. */
export function MembersPanel({ roomId }: { readonly roomId: string }) {
  const view = useRoom(roomId)
  const [, setPanel] = useQuery('panel')
  const [filter, setFilter] = useState('')
  const presence = useChat((state) => state.presence)
  if (!('room' in view)) return null

  const members = view.members.filter((member) => isMatch(member, filter)).sort(byName)
  const online = members.filter((member) => presence[member.user.id]?.online)
  const offline = members.filter((member) => !presence[member.user.id]?.online)
  const list = (part: readonly Member[]) =>
    part.map((member) => <MemberRow key={member.user.id} member={member} room={view} />)

  return (
    <aside aria-label={t('members.title')} className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-[52px] flex-none items-center gap-2 border-b border-line pr-2 pl-4">
        <h2 className="flex-1 font-semibold">
          {t('members.title')} <span className="font-normal text-ink-3 tabular-nums">{view.members.length}</span>
        </h2>
        <IconButton label={t('action.close')} onClick={() => setPanel(null)}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <div className="flex flex-none flex-col gap-2 p-3">
        <Button onClick={() => openOverlay({ kind: 'invite', roomId })}>
          <UserPlus size={16} aria-hidden />
          {t('room.invite')}
        </Button>
        {view.members.length >= filterFrom && (
          <input
            className="input"
            aria-label={t('members.filter')}
            placeholder={t('members.filter')}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        <MemberGroup title={t('members.online', { count: online.length })}>{list(online)}</MemberGroup>
        <MemberGroup title={t('members.offline', { count: offline.length })}>{list(offline)}</MemberGroup>
        {members.length === 0 && <p className="px-2 py-4 text-[14px] text-ink-3">{t('members.none')}</p>}
      </div>
    </aside>
  )
}

function MemberGroup({ title, children }: { readonly title: string; readonly children: readonly ReactNode[] }) {
  if (children.length === 0) return null
  return (
    <section className="mb-3">
      <h3 className="px-2 py-1 text-small font-medium text-ink-3">{title}</h3>
      <ul className="flex flex-col">{children}</ul>
    </section>
  )
}

function isMatch({ user }: Member, filter: string): boolean {
  const wanted = filter.trim().toLocaleLowerCase()
  return user.displayName.toLocaleLowerCase().includes(wanted) || user.username.toLocaleLowerCase().includes(wanted)
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base' })

function byName(a: Member, b: Member): number {
  return collator.compare(a.user.displayName, b.user.displayName)
}
