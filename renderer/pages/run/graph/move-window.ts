import type { ReactFlowInstance } from '@xyflow/react'
import { NODE } from '#renderer/ui/graph/layers.ts'
import type { Layout } from '#renderer/ui/graph/layout.ts'

export type Room = { readonly canvas: HTMLElement; readonly flow: ReactFlowInstance; readonly layout: Layout }

/** Free room between a step and what would cover it, in px. */
const MARGIN = 16

/** Focuses a step; one that is outside of the window is brought to its middle first. */
export function goTo(step: string, room: Room): void {
  const focus = (): boolean => {
    const node = room.canvas.querySelector<HTMLElement>(`[data-step="${step}"]`)
    node?.focus({ preventScroll: true })
    return node !== null
  }
  const box = boxOf(step, room)
  if (box === undefined || (isInside(box, room.canvas) && focus())) return
  toMiddle(step, room)
  // It is drawn with one of the next frames.
  requestAnimationFrame(() => {
    if (!focus()) requestAnimationFrame(focus)
  })
}

/** Moves the window so that a step is seen beside the drawer that has opened. */
export function uncover(step: string, room: Room): void {
  const before = boxOf(step, room)
  if (before === undefined) return
  if (!isInside(before, room.canvas)) toMiddle(step, room)
  const box = boxOf(step, room) ?? before
  const drawer = document.querySelector('[role="dialog"]')?.getBoundingClientRect()
  const { left } = room.canvas.getBoundingClientRect()
  // There may be no room beside it.
  if (drawer === undefined || drawer.left - left < box.right - box.left + 2 * MARGIN) return
  const covered = box.right - (drawer.left - MARGIN)
  if (covered <= 0) return
  const { x, y, zoom } = room.flow.getViewport()
  void room.flow.setViewport({ x: x - covered, y, zoom })
}

type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

function boxOf(step: string, { flow, layout }: Room): Box | undefined {
  const place = layout.places.get(step)
  if (place === undefined) return undefined
  const { x: left, y: top } = flow.flowToScreenPosition(place)
  const { x: right, y: bottom } = flow.flowToScreenPosition({ x: place.x + NODE.width, y: place.y + NODE.height })
  return { left, top, right, bottom }
}

function isInside(box: Box, canvas: HTMLElement): boolean {
  const window = canvas.getBoundingClientRect()
  const isAcross = box.left >= window.left && box.right <= window.right
  return isAcross && box.top >= window.top && box.bottom <= window.bottom
}

function toMiddle(step: string, { flow, layout }: Room): void {
  const place = layout.places.get(step)
  if (place === undefined) return
  void flow.setCenter(place.x + NODE.width / 2, place.y + NODE.height / 2, { zoom: flow.getZoom() })
}
