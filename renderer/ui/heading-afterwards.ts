import { useLayoutEffect, useRef } from 'react'

/**
 * For a part that can go while the focus is in it: a keyboard would begin again at the top of the document, so the
 * heading of the page has the focus then. `isDialog` where the focus was in a dialog of its, which has gone too.
 */
export function useHeadingAfterwards(isDialog = false): void {
  const wasDialog = useRef(isDialog)
  useLayoutEffect(() => {
    wasDialog.current = isDialog
  }, [isDialog])
  useLayoutEffect(
    () => () => {
      const focused = document.activeElement
      setTimeout(() => {
        const isGone = wasDialog.current || focused?.isConnected === false
        if (!isGone || (document.activeElement ?? document.body) !== document.body) return
        document.querySelector('h1')?.focus({ preventScroll: true })
      })
    },
    [],
  )
}
