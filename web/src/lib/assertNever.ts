/** Ends a union: the compiler refuses the call when a case is left over. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected case: ${JSON.stringify(value)}`)
}
