import type { Message, MessagePage, Seq, UserRef } from '../protocol/generated'
import { renameSenders } from './room'

/** Messages without a hole between them, ascending. */
export type Run = readonly Message[]

/**
 * What is known of a room's messages. Messages of a room are numbered 1, 2, 3 … without a hole, so a run is known
 * to be whole by its numbers alone.
 */
export type Timeline = {
  /** Ascending, with a hole between each two. */
  readonly runs: readonly Run[]
  /** Number of a message in the run that is shown; undefined shows the end. */
  readonly anchor: number | undefined
  /** The message that was jumped to. */
  readonly focus: Seq | undefined
  /** Number of the oldest message one may read. */
  readonly oldest: number
}

/** Nothing known yet. */
export const emptyTimeline: Timeline = { runs: [], anchor: undefined, focus: undefined, oldest: 1 }

const NONE: Run = []

/** Most messages kept of a room that is not on the screen. */
export const KEPT_MESSAGES = 200

/** Adds messages, in any order, known or not; a newer copy of a message replaces the older. */
export function addMessages(timeline: Timeline, messages: readonly Message[]): Timeline {
  const first = messages[0]
  if (!first) return timeline
  const last = timeline.runs.at(-1)
  const end = last?.at(-1)
  if (last && end && first.number === end.number + 1 && isWhole(messages)) {
    return { ...timeline, runs: [...timeline.runs.slice(0, -1), [...last, ...messages]] }
  }
  return { ...timeline, runs: runsOf([...timeline.runs.flat(), ...messages]) }
}

/** Adds an answer of the history; it tells where the room begins. */
export function addPage(timeline: Timeline, page: MessagePage): Timeline {
  const next = addMessages(timeline, page.items)
  const first = page.items[0]
  return first && !page.hasBefore ? { ...next, oldest: first.number } : next
}

/** The run that is on the screen. */
export function shownRun(timeline: Timeline): Run {
  const { anchor } = timeline
  const anchored = anchor === undefined ? undefined : timeline.runs.find((run) => includesNumber(run, anchor))
  return anchored ?? timeline.runs.at(-1) ?? NONE
}

/** There are older messages than those shown. */
export function hasBefore(timeline: Timeline, lastNumber: number): boolean {
  const first = shownRun(timeline)[0]
  return first ? first.number > timeline.oldest : lastNumber >= timeline.oldest
}

/** There are newer messages than those shown. */
export function hasAfter(timeline: Timeline, lastNumber: number): boolean {
  const last = shownRun(timeline).at(-1)
  return last !== undefined && last.number < lastNumber
}

/** The message at `seq`, where known. */
export function findMessage(timeline: Timeline, seq: Seq): Message | undefined {
  for (const run of timeline.runs) {
    const first = run[0]
    const last = run.at(-1)
    if (first && last && first.seq <= seq && seq <= last.seq) return run.find((message) => message.seq === seq)
  }
  return undefined
}

/** The latest known message at or before `seq`. */
export function latestUpTo(timeline: Timeline, seq: Seq): Message | undefined {
  for (const run of [...timeline.runs].reverse()) {
    const found = run.findLast((message) => message.seq <= seq)
    if (found) return found
  }
  return undefined
}

/** Shows the run around a known message. */
export function anchorAt(timeline: Timeline, message: Message): Timeline {
  return { ...timeline, anchor: message.number, focus: message.seq }
}

/** Shows the end. */
export function anchorAtEnd(timeline: Timeline): Timeline {
  if (timeline.anchor === undefined && timeline.focus === undefined) return timeline
  return { ...timeline, anchor: undefined, focus: undefined }
}

/** Keeps the end only: for a room that left the screen. */
export function trimTimeline(timeline: Timeline): Timeline {
  const last = timeline.runs.at(-1) ?? []
  if (timeline.runs.length <= 1 && last.length <= KEPT_MESSAGES && timeline.anchor === undefined) return timeline
  return { ...anchorAtEnd(timeline), runs: last.length === 0 ? [] : [last.slice(-KEPT_MESSAGES)] }
}

/** A sender's name or picture changed. */
export function renameInTimeline(timeline: Timeline, user: UserRef): Timeline {
  const runs = timeline.runs.map((run) => renameSenders(run, user))
  return runs.every((run, index) => run === timeline.runs[index]) ? timeline : { ...timeline, runs }
}

function includesNumber(run: Run, number: number): boolean {
  const first = run[0]
  const last = run.at(-1)
  return first !== undefined && last !== undefined && first.number <= number && number <= last.number
}

function isWhole(messages: readonly Message[]): boolean {
  return messages.every((message, index) => index === 0 || message.number === (messages[index - 1]?.number ?? 0) + 1)
}

function runsOf(messages: readonly Message[]): Run[] {
  const byNumber = new Map(messages.map((message) => [message.number, message]))
  const sorted = [...byNumber.values()].sort((a, b) => a.number - b.number)
  const runs: Message[][] = []
  for (const message of sorted) {
    const run = runs.at(-1)
    if (run && message.number === (run.at(-1)?.number ?? 0) + 1) run.push(message)
    else runs.push([message])
  }
  return runs
}
