import { useState } from 'react'
import { t } from '../../i18n/t'
import { api } from '../../realtime/client'
import { useMe } from '../../realtime/hooks'
import { useUserSearch } from '../../realtime/people'
import { Dialog } from '../../ui/dialog'
import { FailureLine } from '../../ui/failure-line'
import { SearchList } from '../../ui/listbox'
import { closeOverlay } from '../../ui/overlays'
import { Person } from '../../ui/person'
import { navigate } from '../../ui/router'
import { useSubmit } from '../../ui/use-submit'

/** Finds someone and opens the conversation with them. */
export function DirectDialog() {
  const [query, setQuery] = useState('')
  const { people, searching, failed } = useUserSearch(query)
  const me = useMe()
  const { failure, run } = useSubmit()

  const start = (userId: string) =>
    run(async () => {
      const room = await api.startDirect(userId)
      closeOverlay()
      navigate(`/r/${room.id}`)
    })
  const options = people
    .filter((user) => user.id !== me?.id)
    .map((user) => ({ key: user.id, content: <Person user={user} />, onPick: () => start(user.id) }))

  return (
    <Dialog title={t('direct.title')} onClose={closeOverlay}>
      <FailureLine failure={failure} />
      <SearchList
        label={t('direct.search')}
        placeholder={t('direct.hint')}
        query={query}
        onQuery={setQuery}
        options={options}
        empty={emptyText(query, searching, failed)}
        hideLabel
      />
    </Dialog>
  )
}

function emptyText(query: string, searching: boolean, failed: boolean): string {
  if (query.trim() === '') return t('direct.hint')
  if (searching) return t('direct.searching')
  return failed ? t('error.load') : t('direct.none', { query: query.trim() })
}
