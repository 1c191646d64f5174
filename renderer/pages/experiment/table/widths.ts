import type { Column } from '../columns.ts'

/** Px, as in `grid.module.css`. */
export const ROW = 34
export const HEAD = 36
export const NAME = 300

const ATTRIBUTE: Readonly<Record<string, number>> = { status: 118, duration: 96, step: 120, run_id: 270, run_name: 180 }

/** How wide a column is, in px: by what it holds, so that nothing moves when values come. */
export function widthOf({ kind, key }: Column): number {
  if (kind === 'attributes') return ATTRIBUTE[key] ?? 130
  return Math.min(220, Math.max(kind === 'metrics' ? 104 : 112, 34 + key.length * 8))
}
