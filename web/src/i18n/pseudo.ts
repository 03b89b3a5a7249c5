import { type Catalogue, en } from './en'
import { setCatalogue } from './t'

const accents: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'ë',
  i: 'ï',
  o: 'ö',
  u: 'û',
  A: 'Å',
  E: 'É',
  I: 'Î',
  O: 'Ø',
  U: 'Ü',
}

/** The same sentence in brackets, accented and a third longer: what is not so on screen bypasses the catalogue. */
export function pseudo(text: string): string {
  const accented = text.replace(/\{\w+\}|[aeiouAEIOU]/g, (found) => accents[found] ?? found)
  return `⟦${accented}${'·'.repeat(Math.ceil(text.length / 3))}⟧`
}

/** Shows the client in the pseudo-language; for tests of layout and of forgotten strings. */
export function showPseudo(): void {
  const strings = Object.entries<Catalogue[keyof Catalogue]>(en).map(([key, entry]) => [
    key,
    typeof entry === 'string' ? pseudo(entry) : { one: pseudo(entry.one), other: pseudo(entry.other) },
  ])
  setCatalogue('en', Object.fromEntries(strings))
}
