import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

type PageLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'onClick'> & {
  /** Address of one of our pages, with its query: what the core tells. */
  readonly page: string
}

/** A link to a page whose address is known at run time alone. */
export function PageLink({ page, children, ...props }: PageLinkProps) {
  const router = useRouter()
  // Never an address of another place, whoever made it.
  const href = page.startsWith('/') && !page.startsWith('//') ? page : '/'
  const go = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.history.push(href)
  }
  return (
    <a {...props} href={href} onClick={go}>
      {children}
    </a>
  )
}
