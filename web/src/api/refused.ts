import type { Refusal } from '../protocol/generated'

/** The server understood and refused. `fields` explains the fields of a form by their names. */
export class Refused extends Error {
  readonly refusal: Refusal
  /** The HTTP status. */
  readonly status: number

  constructor(refusal: Refusal, status: number) {
    super(refusal.message)
    this.name = 'Refused'
    this.refusal = refusal
    this.status = status
  }

  /** What is wrong with which field, by the field's name. */
  get fields(): Readonly<Record<string, string>> {
    return this.refusal.fields ?? {}
  }
}

/** The server could not be asked, or its answer did not arrive. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached.', { cause })
    this.name = 'Unreachable'
  }
}
