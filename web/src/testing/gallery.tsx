import { createRoot } from 'react-dom/client'
import '../app/app.css'
import { emptyTimeline } from '../model/timeline'
import { setSite } from '../realtime/site'
import { chatStore } from '../realtime/store'
import { Routes } from '../routes'
import { Toasts } from '../ui/toast'
import { galleryState } from './gallery-state'

/**
 * Every view with made-up data, without a server: to look at and to photograph while one works on the looks.
 *
 * Open `/gallery.html?at=/r/garden` under `npm run dev`. Not part of the build.
 */
const query = new URLSearchParams(location.search)
setSite({ name: 'Birch Lane', signup: 'invite', setupRequired: query.has('setup') })
const state = galleryState(Date.now())
if (query.has('out')) chatStore.setState({ session: { kind: 'loggedOut' }, connection: { kind: 'loggedOut' } })
else chatStore.setState(state)
if (query.has('new'))
  chatStore.setState({ chat: { ...state.chat, summaries: {}, rooms: {}, timelines: { none: emptyTimeline } } })
if (query.has('offline')) chatStore.setState({ connection: { kind: 'offline' } })
const at = query.get('at') ?? '/'
history.replaceState(null, '', at)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <>
      <Routes />
      <Toasts />
    </>,
  )
}
