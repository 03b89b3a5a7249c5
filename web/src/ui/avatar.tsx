import { Hash } from 'lucide-react'

type Size = 20 | 24 | 28 | 36 | 48 | 72

type Props = {
  readonly id: string
  readonly name: string
  readonly src?: string | null | undefined
  readonly size: Size
  /** A dot at the corner; absent where presence is not known or not of interest. */
  readonly online?: boolean | undefined
}

/** A person's picture, or their initials on a colour of their own. Only to look at: the name, and presence in words, stand beside it. */
export function Avatar({ id, name, src, size, online }: Props) {
  return (
    <span className="relative inline-flex flex-none" style={{ width: size, height: size }}>
      {src ? (
        <img
          src={src}
          alt=""
          width={size}
          height={size}
          loading="lazy"
          className="size-full rounded-full object-cover"
        />
      ) : (
        <span
          aria-hidden
          className="initials flex size-full items-center justify-center overflow-hidden rounded-full font-semibold leading-none select-none"
          data-hue={hueOf(id)}
          style={{ fontSize: Math.round(size * 0.4) }}
        >
          {size < 28 ? firstGrapheme(initialsOf(name)) : initialsOf(name)}
        </span>
      )}
      {online !== undefined && <PresenceDot online={online} size={size} />}
    </span>
  )
}

function PresenceDot({ online, size }: { online: boolean; size: Size }) {
  const width = size >= 36 ? 11 : 9
  return (
    <span
      aria-hidden
      className={`absolute -right-0.5 -bottom-0.5 rounded-full ring-2 ring-(--behind,var(--color-base-100)) ${online ? 'bg-success' : 'border-[1.5px] border-line-strong bg-(--behind,var(--color-base-100))'}`}
      style={{ width, height: width }}
    />
  )
}

/** The sign of a group room. */
export function RoomSign({ size }: { readonly size: 20 | 24 | 28 | 36 | 48 }) {
  return (
    <span
      className="inline-flex flex-none items-center justify-center text-ink-3"
      style={{ width: size, height: size }}
      aria-hidden
    >
      <Hash size={Math.round(size * 0.75)} strokeWidth={2} />
    </span>
  )
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** First letters of the first and the last word; whole characters, so that marks and emoji stay together. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean)
  const first = firstGrapheme(words[0] ?? '?')
  const last = words.length > 1 ? firstGrapheme(words.at(-1) ?? '') : ''
  return (first + last).toUpperCase()
}

function firstGrapheme(word: string): string {
  for (const { segment } of segmenter.segment(word)) return segment
  return ''
}

/** One of twelve hues, always the same for the same id. */
export function hueOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return hash % 12
}
