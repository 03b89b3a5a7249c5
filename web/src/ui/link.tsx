import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { navigate } from './router'

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string; readonly replace?: boolean }

/** A link inside the site: no reload, but middle click, modifiers and copying work as everywhere. */
export function Link({ href, replace, onClick, ...rest }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || isModified(event)) return
    event.preventDefault()
    navigate(href, replace ? 'replace' : 'push')
  }
  return <a href={href} onClick={follow} {...rest} />
}

function isModified(event: MouseEvent): boolean {
  return event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
}
