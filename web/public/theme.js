// Sets theme and density before the first paint. External, because the site's policy allows no inline script.
;(() => {
  const root = document.documentElement
  let stored = {}
  try {
    stored = JSON.parse(localStorage.getItem('hearth.appearance') ?? '{}') ?? {}
  } catch {
    // A value from elsewhere counts as none.
  }
  const dark =
    stored.theme === 'dark' || (stored.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.theme = dark ? 'hearth-dark' : 'hearth-light'
  root.dataset.density = stored.density === 'compact' ? 'compact' : 'comfortable'
})()
