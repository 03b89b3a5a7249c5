/** Checks values that came over the wire. Fields one does not know are left out of the result. */
export type Check<T> = (value: unknown, path: string) => T

/** A value is not what the contract says. `path` tells where, e.g. `sender.id`. */
export class Malformed extends Error {
  readonly path: string

  constructor(path: string, expected: string) {
    super(`${path || 'value'} is not ${expected}`)
    this.name = 'Malformed'
    this.path = path
  }
}

export const string: Check<string> = (value, path) => {
  if (typeof value !== 'string') throw new Malformed(path, 'a string')
  return value
}

export const boolean: Check<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new Malformed(path, 'true or false')
  return value
}

/** A number that counts or times: never negative, exact below 2^53. */
export const whole: Check<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Malformed(path, 'a whole number')
  return value
}

/** One of the given strings. */
export function oneOf<const T extends string>(...options: readonly T[]): Check<T> {
  return (value, path) => {
    const found = options.find((option) => option === value)
    if (found === undefined) throw new Malformed(path, `one of ${options.join(', ')}`)
    return found
  }
}

/** The value or null. */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path))
}

/** The value, or nothing: such a field is left out. Null counts as nothing. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : check(value, path))
}

/** A list. */
export function array<T>(check: Check<T>): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(path, 'a list')
    return value.map((item, index) => check(item, `${path}[${index}]`))
  }
}

/** An object whose keys are ids. */
export function record<T>(check: Check<T>): Check<Record<string, T>> {
  return (value, path) => {
    const entries = Object.entries(objectAt(value, path))
    return Object.fromEntries(entries.map(([key, item]) => [key, check(item, below(path, key))]))
  }
}

/** An object with these fields. */
export function object<T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const checks = Object.entries(fields) as [string, Check<unknown>][]
  return (value, path) => {
    const source = objectAt(value, path)
    const result: Record<string, unknown> = {}
    for (const [name, check] of checks) {
      const checked = check(Object.hasOwn(source, name) ? source[name] : undefined, below(path, name))
      if (checked !== undefined) result[name] = checked
    }
    return result as T
  }
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(path, 'an object')
  return value as Record<string, unknown>
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
