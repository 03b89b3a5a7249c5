import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { Composer } from './features/composer/composer'
import { HomePage } from './features/home/home-page'
import { Rail } from './features/rail/rail'
import { RoomPage } from './features/room/room-page'
import { Shell } from './features/shell/shell'
import { Timeline } from './features/timeline/timeline'
import { useMe, useRoom, useRooms, useTimeline } from './realtime/hooks'
import { useSite } from './realtime/site'
import { rememberRoom } from './ui/last-room'
import { NotFound } from './ui/not-found'
import { type Overlay, useOverlay } from './ui/overlays'
import { match, navigate, usePlace } from './ui/router'

/** The one place that knows every feature. What the first room does not need is loaded when it is opened. */

const LoginPage = lazy(() => import('./features/auth/login-page').then((all) => ({ default: all.LoginPage })))
const SignUpPage = lazy(() => import('./features/auth/sign-up-page').then((all) => ({ default: all.SignUpPage })))
const InvitePage = lazy(() => import('./features/auth/invite-page').then((all) => ({ default: all.InvitePage })))
const SetupPage = lazy(() => import('./features/auth/setup-page').then((all) => ({ default: all.SetupPage })))
const SettingsPage = lazy(() =>
  import('./features/settings/settings-page').then((all) => ({ default: all.SettingsPage })),
)
const MembersPanel = lazy(() =>
  import('./features/members/members-panel').then((all) => ({ default: all.MembersPanel })),
)
const Switcher = lazy(() => import('./features/switcher/switcher').then((all) => ({ default: all.Switcher })))
const DirectDialog = lazy(() =>
  import('./features/direct/direct-dialog').then((all) => ({ default: all.DirectDialog })),
)
const InviteDialog = lazy(() =>
  import('./features/invite/invite-dialog').then((all) => ({ default: all.InviteDialog })),
)
const LogOutDialog = lazy(() =>
  import('./features/account/log-out-dialog').then((all) => ({ default: all.LogOutDialog })),
)
const CreateRoomDialog = lazy(() =>
  import('./features/create-room/create-room-dialog').then((all) => ({ default: all.CreateRoomDialog })),
)
const EditRoomDialog = lazy(() =>
  import('./features/room/edit-room-dialog').then((all) => ({ default: all.EditRoomDialog })),
)
const LeaveRoomDialog = lazy(() =>
  import('./features/room/leave-room-dialog').then((all) => ({ default: all.LeaveRoomDialog })),
)

/** The page of the current address. */
export function Routes() {
  const me = useMe()
  const { path } = usePlace()
  const invite = match('/invite/:code', path)
  if (invite?.code) return <Suspended key={invite.code}>{<InvitePage code={invite.code} />}</Suspended>
  if (match('/setup', path)) return <Suspended>{<SetupPage />}</Suspended>
  if (!me) return <Suspended>{match('/signup', path) ? <SignUpPage /> : <LoginOrSetup />}</Suspended>
  if (match('/login', path) || match('/signup', path)) return <Redirect to="/?enter" />
  return <Inside path={path} />
}

function Suspended({ children }: { readonly children: ReactNode }) {
  return <Suspense fallback={<div className="h-dvh bg-sunken" />}>{children}</Suspense>
}

function LoginOrSetup() {
  const site = useSite()
  // Before there is an owner nobody can log in, unless sign-up was opened by configuration.
  return site?.setupRequired && site.signup !== 'open' ? <SetupPage /> : <LoginPage />
}

function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, 'replace'), [to])
  return null
}

function Inside({ path }: { readonly path: string }) {
  const { search } = usePlace()
  const hasRooms = useRooms().length > 0
  const room = match('/r/:room/:seq?', path)
  const membersOf = room?.room && new URLSearchParams(search).get('panel') === 'members' ? room.room : undefined
  return (
    <>
      <Shell
        rail={<Rail />}
        atHome={path === '/' && hasRooms}
        of={path}
        panel={
          membersOf && (
            <Suspense>
              <MembersPanel roomId={membersOf} />
            </Suspense>
          )
        }
      >
        <PageOf path={path} room={room} />
      </Shell>
      <Suspense>
        <OverlayOf overlay={useOverlay()} />
      </Suspense>
    </>
  )
}

type PageProps = { readonly path: string; readonly room: Readonly<Record<string, string>> | null }

function PageOf({ path, room }: PageProps) {
  const settings = match('/settings/:section?', path)
  if (path === '/') return <HomePage />
  if (room?.room) return <OpenRoom key={room.room} roomId={room.room} seq={room.seq} />
  if (!settings) return <NotFound />
  return (
    <Suspense>
      <SettingsPage section={settings.section} />
    </Suspense>
  )
}

function OpenRoom({ roomId, seq }: { readonly roomId: string; readonly seq: string | undefined }) {
  const room = useRoom(roomId)
  const view = useTimeline(roomId)
  useEffect(() => rememberRoom(roomId), [roomId])
  const target = seq !== undefined && /^\d{1,15}$/.test(seq) ? Number(seq) : undefined
  return (
    <RoomPage
      roomId={roomId}
      timeline={<Timeline roomId={roomId} room={room} view={view} target={target} />}
      composer={<Composer roomId={roomId} title={'title' in room ? room.title : ''} />}
    />
  )
}

function OverlayOf({ overlay }: { readonly overlay: Overlay | null }) {
  switch (overlay?.kind) {
    case 'createRoom':
      return <CreateRoomDialog />
    case 'startDirect':
      return <DirectDialog />
    case 'switcher':
      return <Switcher />
    case 'invite':
      return <InviteDialog roomId={overlay.roomId} />
    case 'editRoom':
      return <EditRoomDialog roomId={overlay.roomId} />
    case 'leaveRoom':
      return <LeaveRoomDialog roomId={overlay.roomId} />
    case 'logOut':
      return <LogOutDialog />
    case undefined:
      return null
  }
}
