import { NODE, type LayoutStep } from './layers.ts'
import type { Layout } from './layout.ts'

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/** Whether a key goes from step to step. */
export function isArrowKey(key: string): key is ArrowKey {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown'
}

/**
 * The step that an arrow key goes to: along the flow to the nearest that waits for it, against it to the nearest that
 * it waits for, across it to the next beside it. Undefined where there is none.
 */
export function neighbourOf(
  { layout, steps }: { readonly layout: Layout; readonly steps: readonly LayoutStep[] },
  name: string,
  key: ArrowKey,
): string | undefined {
  const here = layout.places.get(name)
  if (here === undefined) return undefined
  const isRight = layout.flow === 'right'
  const across = (place: { x: number; y: number }) => (isRight ? place.y : place.x)
  const along = (place: { x: number; y: number }) => (isRight ? place.x : place.y)
  const nearest = (names: readonly string[]): string | undefined => {
    const distance = (other: string) => Math.abs(across(layout.places.get(other) ?? here) - across(here))
    return names.toSorted((a, b) => distance(a) - distance(b))[0]
  }
  const [forward, backward] = isRight ? ['ArrowRight', 'ArrowLeft'] : ['ArrowDown', 'ArrowUp']
  if (key === forward) return nearest(steps.filter((step) => step.needs.includes(name)).map((step) => step.name))
  if (key === backward) {
    const needs = steps.find((step) => step.name === name)?.needs ?? []
    return nearest(needs.filter((need) => layout.places.has(need)))
  }
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1
  const reach = isRight ? NODE.width / 2 : NODE.height / 2
  const beside = [...layout.places].filter(
    ([, place]) => Math.abs(along(place) - along(here)) <= reach && (across(place) - across(here)) * sign > 0,
  )
  return nearest(beside.map(([other]) => other))
}
