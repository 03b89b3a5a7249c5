import { useEffect } from 'react'

/**
 * Keeps `--app-height` at the height that the on-screen keyboard leaves.
 *
 * Where the browser shrinks the page itself (`interactive-widget`) this changes nothing; iOS only shrinks the visual viewport.
 */
export function useViewportHeight(): void {
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return
    const root = document.documentElement
    const follow = () => {
      // A pinch also shrinks the visual viewport; the page must not follow it.
      if (viewport.scale > 1.01) return
      root.style.setProperty('--app-height', `${Math.round(viewport.height)}px`)
      if (viewport.offsetTop > 0) window.scrollTo(0, 0)
    }
    follow()
    viewport.addEventListener('resize', follow)
    viewport.addEventListener('scroll', follow)
    return () => {
      viewport.removeEventListener('resize', follow)
      viewport.removeEventListener('scroll', follow)
      root.style.removeProperty('--app-height')
    }
  }, [])
}
