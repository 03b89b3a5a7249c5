import { useEffect, useRef } from 'react'
import { t } from '../../i18n/t'
import { session } from '../../realtime/client'
import { useChat } from '../../realtime/store'
import { Confirm } from '../../ui/dialog'
import { closeOverlay } from '../../ui/overlays'
import { navigate } from '../../ui/router'
import { toast } from '../../ui/toast'
import { explain, useSubmit } from '../../ui/use-submit'

/** Logs out at once; asks first only when something unsent would be lost. */
export function LogOutDialog() {
  const unsent = useChat((state) => state.chat.outbox.length)
  return unsent === 0 ? <LogOutNow /> : <AskFirst unsent={unsent} />
}

async function logOut(): Promise<void> {
  await session.logOut()
  closeOverlay()
  navigate('/login', 'replace')
}

function LogOutNow() {
  const started = useRef(false)
  useEffect(() => {
    if (started.current) return
    started.current = true
    logOut().catch((error: unknown) => {
      closeOverlay()
      toast(explain(error).message)
    })
  }, [])
  return null
}

function AskFirst({ unsent }: { readonly unsent: number }) {
  const { busy, failure, run } = useSubmit()
  return (
    <Confirm
      title={t('logOut.unsentTitle')}
      body={t('logOut.unsentBody', { count: unsent })}
      confirm={t('menu.logOut')}
      busy={busy}
      error={failure?.message}
      onConfirm={() => run(logOut)}
      onClose={closeOverlay}
    />
  )
}
