import type {
  AddMember,
  ChangePassword,
  CreateInvite,
  CreateRoom,
  Invite,
  InvitePreview,
  LoginSession,
  Me,
  Member,
  MessagePage,
  Page,
  RoomDetails,
  RoomId,
  RoomRole,
  Seq,
  SessionId,
  Site,
  SiteRole,
  UpdateMe,
  UpdateRoom,
  UpdateSite,
  UserId,
  UserRef,
} from '../protocol/generated'
import type { HttpRequest } from './http'

/** Asks as the person who is logged in. Throws `Refused` or `Unreachable`. */
export type Asker = (request: Omit<HttpRequest, 'token'>) => Promise<unknown>

/** Which messages of a room. */
export type MessageRange =
  | { readonly before: Seq }
  | { readonly after: Seq }
  | { readonly around: Seq }
  | { readonly latest: true }

/** A page of a list. */
export type PageRange = { readonly cursor?: string; readonly limit?: number }

/** Every route of docs/protocol.md §6 except log-in and -out, which `Session` owns. All throw `Refused` or `Unreachable`. */
export type Api = ReturnType<typeof createApi>

/** The routes, over whatever asks. Answers are of our own server and typed, not checked again. */
export function createApi(ask: Asker) {
  const get = <T>(path: string, signal?: AbortSignal) =>
    ask({ method: 'GET', path, ...(signal ? { signal } : {}) }) as Promise<T>
  const send = <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
    ask({ method, path, body }) as Promise<T>
  return {
    site: () => get<Site>('/site'),
    updateSite: (change: UpdateSite) => send<Site>('PATCH', '/site', change),
    me: () => get<Me>('/users/me'),
    updateMe: (change: UpdateMe & { avatar?: null }) => send<Me>('PATCH', '/users/me', change),
    changePassword: (change: ChangePassword) => send<void>('POST', '/users/me/password', change),
    loginSessions: (range: PageRange = {}) => get<Page<LoginSession>>(`/users/me/sessions${query(range)}`),
    endLoginSession: (id: SessionId) => send<void>('DELETE', `/users/me/sessions/${segment(id)}`),
    endLoginSessions: (options: { keepCurrent: boolean }) =>
      send<void>('DELETE', `/users/me/sessions${query(options.keepCurrent ? { keepCurrent: true } : {})}`),
    searchUsers: (search: string, options: { limit?: number; signal?: AbortSignal } = {}) =>
      get<Page<UserRef>>(`/users${query({ search, limit: options.limit })}`, options.signal),
    user: (id: UserId) => get<UserRef>(`/users/${segment(id)}`),
    ban: (id: UserId) => send<void>('PUT', `/users/${segment(id)}/ban`),
    unban: (id: UserId) => send<void>('DELETE', `/users/${segment(id)}/ban`),
    setSiteRole: (id: UserId, role: SiteRole) => send<void>('PUT', `/users/${segment(id)}/role`, { role }),
    createRoom: (room: CreateRoom) => send<RoomDetails>('POST', '/rooms', room),
    /** Opens the direct room with somebody, by id or username; makes it when there is none. */
    startDirect: (user: UserId) =>
      send<RoomDetails>('POST', '/rooms', { type: 'direct', members: [user] } satisfies CreateRoom),
    room: (id: RoomId) => get<RoomDetails>(`/rooms/${segment(id)}`),
    updateRoom: (id: RoomId, change: UpdateRoom) => send<RoomDetails>('PATCH', `/rooms/${segment(id)}`, change),
    members: (id: RoomId, range: PageRange = {}) => get<Page<Member>>(`/rooms/${segment(id)}/members${query(range)}`),
    addMember: (id: RoomId, who: AddMember) => send<Member>('POST', `/rooms/${segment(id)}/members`, who),
    setRole: (id: RoomId, userId: UserId, role: RoomRole) =>
      send<Member>('PUT', `/rooms/${segment(id)}/members/${segment(userId)}`, { role }),
    removeMember: (id: RoomId, userId: UserId) =>
      send<void>('DELETE', `/rooms/${segment(id)}/members/${segment(userId)}`),
    createInvite: (id: RoomId, invite: CreateInvite = {}) =>
      send<Invite>('POST', `/rooms/${segment(id)}/invites`, invite),
    invite: (code: string) => get<InvitePreview>(`/invites/${segment(code)}`),
    acceptInvite: (code: string) => send<RoomDetails>('POST', `/invites/${segment(code)}/accept`),
    messages: (id: RoomId, range: MessageRange, limit = 50) =>
      get<MessagePage>(`/rooms/${segment(id)}/messages${query({ ...range, latest: undefined, limit })}`),
  }
}

function segment(text: string): string {
  return encodeURIComponent(text)
}

function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
