// Debian's chromium, driven by playwright-core: one process for a test file, one isolated context for each person.
import { execFileSync } from 'node:child_process'
import { chromium } from 'playwright-core'

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1440, height: 900 },
}

export const THEMES = ['light', 'dark']

/** Where chromium is: named by CHROMIUM, or found on the PATH. */
function executablePath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  return execFileSync('/bin/sh', [
    '-c',
    'command -v chromium || command -v chromium-browser || command -v google-chrome',
  ])
    .toString()
    .trim()
}

export async function launch() {
  // Our own --headless=new; playwright would add the old one.
  return chromium.launch({ executablePath: executablePath(), headless: true, args: FLAGS })
}

/**
 * A fresh context with one page, and a list of everything that went wrong in it.
 * @param {import('playwright-core').Browser} browser
 */
export async function openPage(browser, { size = 'desktop', theme = 'light', url } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[size],
    colorScheme: theme,
    reducedMotion: 'reduce',
    hasTouch: size === 'phone',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !isNetworkNoise(message.text())) faults.push(`console: ${message.text()}`)
  })
  return { context, page, faults }
}

/** A refused or lost request is written to the console by the browser itself, whatever the page makes of it. */
function isNetworkNoise(text) {
  return /Failed to load resource|net::ERR_|WebSocket connection to .* failed/.test(text)
}
