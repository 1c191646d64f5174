import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

type Active = {
  /** The run whose row has the focus, or had it last. */
  readonly active: string | undefined
  readonly setActive: (run: string | undefined) => void
  /** Goes to the row of a run as soon as it is drawn. */
  readonly focus: (run: string) => void
}

/** The row that the keys are at. */
export function useActive(scroller: RefObject<HTMLElement | null>): Active {
  const [active, setActive] = useState<string>()
  const wanted = useRef<string>(undefined)
  useLayoutEffect(() => {
    if (wanted.current === undefined || wanted.current !== active) return
    wanted.current = undefined
    scroller.current?.querySelector<HTMLElement>(`[data-run="${active}"]`)?.focus({ preventScroll: true })
  }, [active, scroller])
  const focus = (run: string) => {
    wanted.current = run
    setActive(run)
  }
  return { active, setActive, focus }
}

/** The run in whose row something happened; undefined elsewhere, such as in the dialog of a row. */
export function runOf(target: EventTarget): string | undefined {
  if (!(target instanceof Element)) return undefined
  return target.closest('tr')?.querySelector<HTMLElement>('[data-run]')?.dataset['run']
}
