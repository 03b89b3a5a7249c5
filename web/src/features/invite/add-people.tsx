import { Check } from 'lucide-react'
import { useState } from 'react'
import { t } from '../../i18n/t'
import type { Member } from '../../protocol/generated'
import { api } from '../../realtime/client'
import { useUserSearch } from '../../realtime/people'
import { FailureLine } from '../../ui/failure-line'
import { SearchList } from '../../ui/listbox'
import { Person } from '../../ui/person'
import { toast } from '../../ui/toast'
import { useSubmit } from '../../ui/use-submit'

type Props = { readonly roomId: string; readonly members: readonly Member[] }

/** Adds people of the site by name. */
export function AddPeople({ roomId, members }: Props) {
  const [query, setQuery] = useState('')
  const { people, searching, failed } = useUserSearch(query)
  const { failure, run } = useSubmit()
  const inside = new Set(members.map((member) => member.user.id))

  const options = people.map((user) => {
    const here = inside.has(user.id)
    const add = () =>
      run(async () => {
        await api.addMember(roomId, { userId: user.id })
        toast(t('inviteDialog.added', { name: user.displayName }))
      })
    return {
      key: user.id,
      content: <Person user={user} after={<AddMark here={here} />} />,
      disabled: here,
      onPick: add,
    }
  })

  const empty =
    query.trim() === ''
      ? t('direct.hint')
      : searching
        ? t('direct.searching')
        : failed
          ? t('error.load')
          : t('direct.none', { query: query.trim() })
  return (
    <section>
      <SearchList
        label={t('inviteDialog.byName')}
        placeholder={t('direct.search')}
        query={query}
        onQuery={setQuery}
        options={options}
        empty={empty}
      />
      <FailureLine failure={failure} />
    </section>
  )
}

/** What picking a person would do: add them, or nothing when they are here. */
function AddMark({ here }: { readonly here: boolean }) {
  if (!here) return <span className="text-meta font-medium text-primary">{t('inviteDialog.add')}</span>
  return (
    <span className="flex items-center gap-1 text-meta text-ink-3">
      <Check size={14} aria-hidden />
      {t('inviteDialog.member')}
    </span>
  )
}
