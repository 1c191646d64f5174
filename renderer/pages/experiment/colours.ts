import type { TrackedRunRow } from '#core/contract/tracking.ts'

type Named = Pick<TrackedRunRow, 'id' | 'startedAt'>

/** Saturation and lightness of shades, in percent. */
const SHADES = {
  plain: { light: [80, 42], dark: [70, 60] },
  deep: { light: [75, 25], dark: [75, 82] },
} as const

/** Colours as far from each other as twelve can be that are seen in both schemes, each as far as may be from those before. */
const COLOURS: readonly Pick<Look, 'hue' | 'shade'>[] = [
  { hue: 210, shade: 'plain' },
  { hue: 0, shade: 'plain' },
  { hue: 120, shade: 'deep' },
  { hue: 300, shade: 'deep' },
  { hue: 300, shade: 'plain' },
  { hue: 35, shade: 'plain' },
  { hue: 265, shade: 'plain' },
  { hue: 205, shade: 'deep' },
  { hue: 30, shade: 'deep' },
  { hue: 240, shade: 'deep' },
  { hue: 330, shade: 'plain' },
  { hue: 195, shade: 'plain' },
]
/** After the colours, the same with a pattern of dashes. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]]
const PLACES = COLOURS.length * DASHES.length

/** How the curve of a run looks. */
export type Look = {
  readonly hue: number
  readonly shade: keyof typeof SHADES
  readonly dash: readonly number[]
}

/** That of a run of which nothing is known yet. */
export const USUAL_LOOK: Look = { hue: 210, shade: 'plain', dash: [] }

/**
 * Looks of runs. A run keeps its look when others come or go: it follows from its id, and only where that of a run
 * that began before is the same, the next free one is taken.
 */
export function looksOf(runs: readonly Named[]): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>()
  const taken = new Set<number>()
  const byAge = runs.toSorted((a, b) => compare(a.startedAt, b.startedAt) || compare(a.id, b.id))
  for (const { id } of byAge) {
    let place = hashOf(id) % COLOURS.length
    for (let tries = 0; taken.has(place) && tries < PLACES; tries += 1) place = (place + 1) % PLACES
    taken.add(place)
    looks.set(id, lookAt(place))
  }
  return looks
}

function lookAt(place: number): Look {
  const colour = COLOURS[place % COLOURS.length] ?? USUAL_LOOK
  return { ...colour, dash: DASHES[Math.floor(place / COLOURS.length)] ?? [] }
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

function hashOf(id: string): number {
  let hash = 0
  for (let at = 0; at < id.length; at += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0
  return hash >>> 0
}

/** A look as a colour that is seen on the ground of a scheme; `alpha` from 0 to 1. */
export function colourOf({ hue, shade }: Look, scheme: 'light' | 'dark', alpha = 1): string {
  const [saturation, lightness] = SHADES[shade][scheme]
  return `hsl(${hue} ${saturation}% ${lightness}% / ${alpha})`
}

/** Colours from the least (0) to the greatest (1), as viridis: told apart also by lightness alone. */
const STOPS = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const

/** The colour of a value between 0 and 1; on a light ground without the palest end, on a dark without the darkest. */
export function rampOf(share: number, scheme: 'light' | 'dark', alpha = 1): string {
  const inside = scheme === 'dark' ? 0.22 + 0.78 * share : 0.85 * share
  const at = Math.min(1, Math.max(0, inside)) * (STOPS.length - 1)
  const [from, to] = [STOPS[Math.floor(at)], STOPS[Math.ceil(at)]]
  const mixed = [0, 1, 2].map((channel) => {
    const [low, high] = [from?.[channel] ?? 0, to?.[channel] ?? 0]
    return Math.round(low + (high - low) * (at % 1))
  })
  return `rgb(${mixed.join(' ')} / ${alpha})`
}
