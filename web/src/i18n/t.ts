import { type Catalogue, en } from './en'

/** Every string of the client by its key. */
export type Key = keyof Catalogue

type Plural = { readonly one: string; readonly other: string }

type Holes<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never
type NamesIn<K extends Key> = Catalogue[K] extends string
  ? Holes<Catalogue[K]>
  : Catalogue[K] extends Plural
    ? Holes<Catalogue[K]['other']> | 'count'
    : never

/** What fills the holes of a string: none, or one value for each name. */
export type Fill<K extends Key> = [NamesIn<K>] extends [never] ? [] : [Record<NamesIn<K>, string | number>]

let catalogue: Readonly<Record<Key, string | Plural>> = en
let language = 'en'

/** The language of numbers, dates and plurals. */
export function currentLanguage(): string {
  return language
}

/** Replaces the catalogue; keys that are absent stay English. */
export function setCatalogue(lang: string, strings: Partial<Record<Key, string | Plural>>): void {
  catalogue = { ...en, ...strings }
  language = lang
}

/** The string of a key, with its holes filled. */
export function t<K extends Key>(key: K, ...fill: Fill<K>): string {
  const values: Readonly<Record<string, string | number>> = fill[0] ?? {}
  return fillHoles(chosenForm(catalogue[key], values.count), values)
}

function chosenForm(entry: string | Plural, count: string | number | undefined): string {
  if (typeof entry === 'string') return entry
  return new Intl.PluralRules(language).select(Number(count)) === 'one' ? entry.one : entry.other
}

function fillHoles(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name]
    if (value === undefined) return hole
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value
  })
}
