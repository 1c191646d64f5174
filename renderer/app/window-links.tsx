import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { desktopBridge, openWindow } from '#renderer/data/desktop.ts'
import { pageOf } from './page-of.ts'

/** In the app, a link that is clicked with the middle button or with Ctrl, ⌘ or Shift opens in a window of its own, as a browser does it. */
export function WindowLinks() {
  const router = useRouter()
  useEffect(() => {
    if (desktopBridge() === undefined) return undefined
    const onClick = (event: MouseEvent) => {
      const link = isForWindow(event) && event.target instanceof Element ? event.target.closest('a') : null
      if (link === null || link.origin !== window.location.origin || link.hasAttribute('download')) return
      const page = pageOf(router, link.pathname + link.search)
      if (page === undefined) return
      event.preventDefault()
      void openWindow(page)
    }
    const stop = new AbortController()
    document.addEventListener('click', onClick, { signal: stop.signal })
    document.addEventListener('auxclick', onClick, { signal: stop.signal })
    return () => stop.abort()
  }, [router])
  return null
}

function isForWindow({ button, defaultPrevented, ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
  if (defaultPrevented) return false
  return button === 1 || (button === 0 && (ctrlKey || metaKey || shiftKey))
}
