/** Keys of what this browser keeps of the person who is logged in; log-out removes them all. */
export const kept = {
  /** Whose local copy is shown before the server answers. */
  user: 'hearth.user',
  /** The room that was open last. */
  lastRoom: 'hearth.lastRoom',
} as const
