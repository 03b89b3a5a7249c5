import type { Problem } from '../protocol/generated'
import { Refused, Unreachable } from './refused'

/** Where requests go and how. */
export type HttpOptions = {
  /** Origin of the server, without a slash at the end; empty in the browser. */
  readonly origin: string
  readonly fetch: typeof fetch
}

/** One request. `body` is sent as JSON. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`. */
  readonly path: string
  readonly body?: unknown
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** How long an answer may take. */
const TIMEOUT_MS = 20_000

/** Asks and returns the JSON answer (undefined for 204). Throws `Refused` or `Unreachable`. */
export async function ask(options: HttpOptions, request: HttpRequest): Promise<unknown> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  let response: Response
  let text: string
  try {
    response = await options.fetch(`${options.origin}/api/v1${request.path}`, {
      method: request.method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
      headers: headersOf(request),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    })
    text = await response.text()
  } catch (cause) {
    throw new Unreachable(cause)
  }
  const body = parseJson(text)
  if (response.ok) return body
  throw refusedFrom(response, body)
}

function headersOf(request: HttpRequest): Record<string, string> {
  return {
    Accept: 'application/json',
    ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(request.token === undefined ? {} : { Authorization: `Bearer ${request.token}` }),
    ...request.headers,
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A proxy in between may answer with something that is no problem body: then the status has to do. */
function refusedFrom(response: Response, body: unknown): Error {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>
  if (problem.code === undefined) {
    if (response.status >= 500) return new Unreachable(new Error(`HTTP ${response.status}`))
    const code = response.status === 404 ? 'not_found' : response.status === 429 ? 'rate_limited' : 'invalid'
    return new Refused({ code, message: response.statusText, temporary: code === 'rate_limited' }, response.status)
  }
  const { code, detail, fields, retryAfterMs } = problem
  const temporary = code === 'rate_limited' || code === 'unavailable' || code === 'internal'
  return new Refused(
    {
      code,
      message: detail ?? problem.title ?? response.statusText,
      temporary,
      ...(fields === undefined ? {} : { fields }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
    response.status,
  )
}
