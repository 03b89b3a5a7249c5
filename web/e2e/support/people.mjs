// Accounts and rooms by way of the REST API, for stories that are about something else.

export const PASSWORD = 'the kettle is on the hearth'

/** Calls the API and returns the parsed answer; a refusal is an error with its text. */
export async function api(server, method, path, { token, body } = {}) {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
  }
  const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text ? JSON.parse(text) : undefined
}

/** Makes an account and returns `{username, token, user}`. The server must allow sign-up. */
export async function register(server, username, displayName = undefined) {
  const body = { username, displayName, email: `${username}@example.org`, password: PASSWORD }
  const { accessToken, user } = await api(server, 'POST', '/auth/register', { body })
  return { username, token: accessToken, user }
}

/** Makes a group room of the first person with everyone else in it. */
export async function roomOf(server, name, [owner, ...others]) {
  const body = { type: 'group', name, members: others.map((person) => person.user.id) }
  return api(server, 'POST', '/rooms', { token: owner.token, body })
}

/** Sends a message as a program would. */
export async function say(server, person, room, content) {
  return api(server, 'POST', `/rooms/${room.id}/messages`, { token: person.token, body: { content } })
}
