import { useState } from 'react'
import { t } from '../../i18n/t'
import { api } from '../../realtime/client'
import { useMe } from '../../realtime/hooks'
import { Button } from '../../ui/button'
import { FailureLine } from '../../ui/failure-line'
import { Page } from '../../ui/page'
import { navigate } from '../../ui/router'
import { useSubmit } from '../../ui/use-submit'
import { LoginPage } from './login-page'
import { SignUpForm } from './sign-up-form'
import { useInvite } from './use-invite'

/** Where an invite link leads: what one is invited to, then one press, or an account first. */
export function InvitePage({ code }: { readonly code: string }) {
  const me = useMe()
  const invite = useInvite(code)
  const [hasAccount, setHasAccount] = useState(false)

  if (invite.kind === 'loading') return <Page title="" />
  if (invite.kind === 'failed') {
    return (
      <Page title={t('error.load')} lead={invite.message}>
        <Button tone="primary" wide onClick={invite.retry}>
          {t('action.tryAgain')}
        </Button>
      </Page>
    )
  }
  if (invite.kind === 'gone') {
    return (
      <Page title={t('invite.goneTitle')} lead={t('invite.goneBody')}>
        <Button tone="primary" wide onClick={() => navigate('/', 'replace')}>
          {t(me ? 'notFound.home' : 'login.submit')}
        </Button>
      </Page>
    )
  }
  // The address stays, so after logging in one is back at the invite.
  if (!me && hasAccount) return <LoginPage />

  const { roomName, invitedBy, memberCount } = invite.preview
  const lead = (
    <>
      {t('invite.by', { name: invitedBy })} {t('invite.members', { count: memberCount })}.
    </>
  )
  return (
    <Page title={t('invite.title', { room: roomName })} lead={lead}>
      {me ? (
        <Accept code={code} roomName={roomName} name={me.displayName} />
      ) : (
        <>
          <SignUpForm invite={code} onDone={() => navigate('/?enter', 'replace')} />
          <Button tone="quiet" wide className="mt-3" onClick={() => setHasAccount(true)}>
            {t('invite.continueLogIn')}
          </Button>
        </>
      )}
    </Page>
  )
}

type AcceptProps = { readonly code: string; readonly roomName: string; readonly name: string }

function Accept({ code, roomName, name }: AcceptProps) {
  const { busy, failure, run } = useSubmit()
  const accept = () =>
    run(async () => {
      const room = await api.acceptInvite(code)
      navigate(`/r/${room.id}`, 'replace')
    })
  return (
    <div className="flex flex-col gap-3">
      <FailureLine failure={failure} />
      <Button tone="primary" wide busy={busy} onClick={accept}>
        {t('invite.accept', { room: roomName })}
      </Button>
      <p className="text-meta text-ink-3">{t('invite.asUser', { name })}</p>
    </div>
  )
}
