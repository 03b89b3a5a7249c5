import { memo, useEffect, useState } from 'react'
import { isJumbo, isPlain } from './plain'

type Render = (source: string) => string | null

let loaded: Render | undefined
let loading: Promise<Render> | undefined

/** The Markdown renderer comes after the first paint: most messages need none. */
function loadRenderer(): Promise<Render> {
  loading ??= import('./markdown').then(({ renderMarkdown }) => {
    loaded = renderMarkdown
    return renderMarkdown
  })
  return loading
}

/** The body of a message. */
export const RichText = memo(function RichText({ source }: { readonly source: string }) {
  const plain = isPlain(source)
  const render = useRenderer(!plain)
  const html = plain ? null : (render?.(source) ?? null)
  if (html === null) {
    return (
      <div dir="auto" className={`prose whitespace-pre-wrap ${isJumbo(source) ? 'text-[30px] leading-10' : ''}`}>
        {source}
      </div>
    )
  }
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by renderMarkdown, the one place that makes HTML.
  return <div dir="auto" className="prose" dangerouslySetInnerHTML={{ __html: html }} />
})

function useRenderer(needed: boolean): Render | undefined {
  const [, setReady] = useState(false)
  useEffect(() => {
    if (!needed || loaded) return
    let mounted = true
    loadRenderer().then(() => mounted && setReady(true))
    return () => {
      mounted = false
    }
  }, [needed])
  return loaded
}
