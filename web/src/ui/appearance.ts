import { create } from 'zustand'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'comfortable' | 'compact'

/** How the client looks on this device. */
export type Appearance = {
  readonly theme: Theme
  readonly density: Density
  readonly railWidth: number
  readonly railHidden: boolean
}

/** The same key as in public/theme.js, which applies it before the first paint. */
const key = 'hearth.appearance'
const preset: Appearance = { theme: 'system', density: 'comfortable', railWidth: 272, railHidden: false }
const railMin = 240
const railMax = 340

/** Reads what is stored; whatever is not of the right form counts as not chosen. */
export function parseAppearance(text: string | null): Appearance {
  const stored = parseObject(text)
  return {
    theme: stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : preset.theme,
    density: stored.density === 'compact' ? 'compact' : preset.density,
    railWidth: clampRail(typeof stored.railWidth === 'number' ? stored.railWidth : preset.railWidth),
    railHidden: stored.railHidden === true,
  }
}

function parseObject(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The rail's width in pixels, within what is useful. */
export function clampRail(width: number): number {
  return Math.round(Math.min(railMax, Math.max(railMin, width)))
}

/** The appearance of this device; changes are applied and stored at once. */
export const useAppearance = create<Appearance>(() => parseAppearance(readStored()))

function readStored(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Changes a part of the appearance. */
export function setAppearance(change: Partial<Appearance>): void {
  useAppearance.setState(change)
  const next = useAppearance.getState()
  apply(next)
  try {
    localStorage.setItem(key, JSON.stringify(next))
  } catch {
    // Private windows may refuse: then it holds until the reload.
  }
}

function apply({ theme, density }: Appearance): void {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'hearth-dark' : 'hearth-light'
  document.documentElement.dataset.density = density
}

/** Follows the system's theme while it is the choice. */
export function followSystem(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(useAppearance.getState()))
}
