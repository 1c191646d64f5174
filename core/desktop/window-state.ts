import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { pagePath } from '#core/contract/desktop.ts'

const place = z.int().min(-100_000).max(100_000)
const size = z.int().min(200).max(20_000)
const Saved = z.object({
  x: place,
  y: place,
  width: size,
  height: size,
  isMaximized: z.boolean(),
  /** The page that it showed. */
  path: pagePath,
})
export type SavedWindow = z.infer<typeof Saved>
type Area = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** So much of a window must lie on a display, in each direction, for a person to get hold of it. */
const HOLD = 100
const MOST = 12

/** The windows of the last time; of a damaged file none, and `fault` says so. */
export function readWindows(file: string): { windows: SavedWindow[]; fault?: string } {
  if (!existsSync(file)) return { windows: [] }
  try {
    return {
      windows: z
        .array(Saved)
        .max(MOST)
        .parse(JSON.parse(readFileSync(file, 'utf8'))),
    }
  } catch (error) {
    return { windows: [], fault: `${file} is damaged and was not used: ${String(error)}` }
  }
}

/** Written whole or not at all. */
export function writeWindows(file: string, windows: readonly SavedWindow[]): void {
  writeFileSync(`${file}.new`, JSON.stringify(windows.slice(0, MOST)), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Where a window goes: where it was if a display is still there, else where the system puts one of its size. */
export function boundsOn(displays: readonly { readonly workArea: Area }[], saved: SavedWindow): Partial<Area> {
  const { x, y, width, height } = saved
  const isSeen = displays.some(({ workArea: area }) => {
    const wide = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
    const high = Math.min(y + height, area.y + area.height) - Math.max(y, area.y)
    // The upper edge is what a window is moved by.
    return wide >= HOLD && high >= HOLD && y >= area.y - HOLD / 2
  })
  return isSeen ? { x, y, width, height } : { width, height }
}
