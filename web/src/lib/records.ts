/** Helpers for records that are never changed in place. */

/** The record without `key`; the same object when it has none. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record
  const { [key]: _, ...rest } = record
  return rest
}

/** The record with `key` set; the same object when nothing changes. */
export function withEntry<T>(record: Readonly<Record<string, T>>, key: string, value: T): Readonly<Record<string, T>> {
  return record[key] === value ? record : { ...record, [key]: value }
}
