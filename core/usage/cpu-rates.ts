/** What an attempt had used by a time: CPU seconds since its start, memory at that moment. Null where unknown. */
export type UsageSample = {
  readonly time: number
  readonly cpuSeconds: number | null
  readonly memoryBytes: number | null
}

/** So many cores for so long. */
export type Rate = { readonly cores: number; readonly ms: number }

/** Samples closer together than this say nothing of a rate. */
const LEAST_MS = 50

type Measured = {
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly cpuSeconds: number | null
}

/** How many cores an attempt used, from sample to sample; one mean where it was too short for samples. */
export function ratesOf(
  { startedAt, finishedAt, cpuSeconds }: Measured,
  samples: readonly Pick<UsageSample, 'time' | 'cpuSeconds'>[],
): Rate[] {
  if (startedAt === null) return []
  const last = finishedAt === null ? [] : [{ time: finishedAt, cpuSeconds }]
  const rates: Rate[] = []
  let [at, used] = [startedAt, 0]
  for (const sample of [...samples, ...last]) {
    const ms = sample.time - at
    if (sample.cpuSeconds === null || ms < LEAST_MS) continue
    rates.push({ cores: Math.max(0, ((sample.cpuSeconds - used) * 1_000) / ms), ms })
    ;[at, used] = [sample.time, sample.cpuSeconds]
  }
  return rates
}

/** The cores that were enough for shares of the time, one for each; none where nothing was measured. */
export function coresFor(rates: readonly Rate[], ...shares: readonly number[]): number[] {
  const total = rates.reduce((sum, { ms }) => sum + ms, 0)
  const rising = rates.toSorted((a, b) => a.cores - b.cores)
  return shares.flatMap((share) => {
    let reached = 0
    const enough = rising.find(({ ms }) => (reached += ms) >= share * total)
    return enough === undefined ? [] : [enough.cores]
  })
}
