import { Tooltip } from '@mantine/core'
import { useEffect, useState, type RefObject } from 'react'

type Tip = { readonly element: HTMLElement; readonly text: string }

/**
 * What a node of the canvas has to say, beside it while the mouse or the keyboard is on it. One for all of them:
 * thousands of nodes with a tooltip of their own would be slow. Escape puts it away.
 */
export function NodeTip({ canvas }: { readonly canvas: RefObject<HTMLElement | null> }) {
  const [tip, setTip] = useState<Tip>()
  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    const show = ({ target }: Event) => setTip(tipOf(target))
    const hide = () => setTip(undefined)
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && hide()
    for (const event of ['mouseover', 'focusin']) element.addEventListener(event, show)
    for (const event of ['mouseleave', 'focusout', 'wheel', 'mousedown']) element.addEventListener(event, hide)
    document.addEventListener('keydown', onKey)
    return () => {
      for (const event of ['mouseover', 'focusin']) element.removeEventListener(event, show)
      for (const event of ['mouseleave', 'focusout', 'wheel', 'mousedown']) element.removeEventListener(event, hide)
      document.removeEventListener('keydown', onKey)
    }
  }, [canvas])
  if (tip === undefined || !tip.element.isConnected) return null
  // The name of the node says the same.
  return <Tooltip key={tip.text} label={tip.text} target={tip.element} opened multiline maw={420} aria-hidden />
}

function tipOf(target: EventTarget | null): Tip | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
  const text = element?.dataset['tip']
  return element === null || text === undefined ? undefined : { element, text: `Waits: ${text}` }
}
