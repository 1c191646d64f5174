const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const UNITS_BYTES = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
} as const

/** Milliseconds of a duration such as `30m`, `1h30m`, `500ms`; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS]
  }
  return Math.round(total)
}

/** Bytes of a Kubernetes memory quantity such as `512Mi` or `2G`; undefined where the text is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(text)
  if (match === null) return undefined
  return Math.round(Number(match[1]) * UNITS_BYTES[(match[2] ?? '') as keyof typeof UNITS_BYTES])
}

/** Cores of a Kubernetes CPU quantity such as `2`, `0.5` or `500m`; undefined where the text is none. */
export function parseCpu(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m)?$/.exec(text)
  if (match === null) return undefined
  return match[2] === 'm' ? Number(match[1]) / 1000 : Number(match[1])
}

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((it, index) => [it, 10 ** (3 * (index - 3))] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((it, index) => [it, 1024 ** (index + 1)] as const),
])

/**
 * The number that any quantity of Kubernetes is, such as `1500m`, `1Gi`, `1G`, `.5`, `2e3` or `-1`: cores, bytes or a count.
 * Undefined where the text is none.
 */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (match === null) return undefined
  const [, number, suffix = '', exponent = '0'] = match
  // Thousandths are divided by: 0.1 is nearer to 100 / 1000 than to 100 * 0.001.
  const factor = SUFFIXES.get(suffix) ?? 1
  const value = factor < 1 ? Number(number) / Math.round(1 / factor) : Number(number) * factor
  return value * 10 ** Number(exponent)
}

/** A duration for people: `0.42 s`, `12.3 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(ms: number): string {
  // The bounds are those of the rounded numbers, so that none reads 60.0 s.
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** A size for people: `512 B`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`
}

/** Money for people: `12.30 EUR`, of less than one `0.0042 EUR`, of next to nothing `under 0.0001 EUR`. */
export function formatCost({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  if (amount > 0 && amount < 0.000_1) return `under 0.0001 ${currency}`
  return `${amount.toFixed(amount > 0 && amount < 0.995 ? 4 : 2)} ${currency}`
}

/** Energy for people: `0.42 Wh`, `12.3 Wh`, `1.2 kWh`, of next to nothing `under 0.01 Wh`. */
export function formatEnergy(wattHours: number): string {
  if (wattHours > 0 && wattHours < 0.01) return 'under 0.01 Wh'
  if (wattHours < 9.995) return `${wattHours.toFixed(2)} Wh`
  return wattHours < 999.95 ? `${wattHours.toFixed(1)} Wh` : `${(wattHours / 1_000).toFixed(1)} kWh`
}
