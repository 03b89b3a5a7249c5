import { CSPProvider } from '@base-ui/react/csp-provider'
import { useEffect } from 'react'
import { t } from '../i18n/t'
import { client } from '../realtime/client'
import { useSession } from '../realtime/hooks'
import { loadSite, useSite, useSiteFailed } from '../realtime/site'
import { Routes } from '../routes'
import { followSystem } from '../ui/appearance'
import { Boundary } from '../ui/boundary'
import { Button } from '../ui/button'
import { Empty } from '../ui/empty'
import { Toasts } from '../ui/toast'

let started = false

/** Once a page, however often React mounts. */
function start(): void {
  if (started) return
  started = true
  followSystem()
  void loadSite()
  void client.start()
}

/** The whole client. */
export function App() {
  useEffect(start, [])
  return (
    <CSPProvider disableStyleElements>
      <Boundary>
        <Boot />
      </Boundary>
      <Toasts />
    </CSPProvider>
  )
}

/** Shows nothing until it is known who is here: the answer takes less time than a picture of waiting. */
function Boot() {
  const session = useSession()
  const site = useSite()
  const siteFailed = useSiteFailed()
  if (session.kind === 'booting') return <div className="h-dvh bg-surface" aria-busy />
  if (session.kind === 'unreachable' || (session.kind === 'loggedOut' && !site && siteFailed)) return <Unreachable />
  // Logged-out pages speak of the site, so they wait for its name.
  if (session.kind === 'loggedOut' && !site) return <div className="h-dvh bg-sunken" aria-busy />
  return <Routes />
}

function Unreachable() {
  return (
    <main className="h-dvh bg-sunken">
      <Empty title={t('boot.unreachable')} body={t('boot.unreachableBody')}>
        <Button tone="primary" onClick={() => location.reload()}>
          {t('action.tryAgain')}
        </Button>
      </Empty>
    </main>
  )
}
