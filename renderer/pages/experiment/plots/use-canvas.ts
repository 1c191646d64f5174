import { useElementSize } from '@mantine/hooks'
import { useLayoutEffect, useRef, type RefCallback, type RefObject } from 'react'

export type Area = { readonly width: number; readonly height: number }
type Draw = (context: CanvasRenderingContext2D, area: Area) => void

/** A canvas as wide as there is room, sharp on every screen, drawn anew with whatever `draw` depends on. */
export function useCanvas(
  height: number,
  draw: Draw,
): {
  readonly box: RefCallback<HTMLDivElement | null>
  readonly canvas: RefObject<HTMLCanvasElement | null>
  readonly width: number
} {
  const { ref: box, width } = useElementSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (element === null || context === null || context === undefined || width === 0) return
    const ratio = window.devicePixelRatio
    element.width = Math.round(width * ratio)
    element.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    draw(context, { width, height })
  }, [draw, width, height])
  return { box, canvas, width }
}
