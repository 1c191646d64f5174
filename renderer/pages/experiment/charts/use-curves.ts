import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ChartSeries, TrackedRunRow } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import type { ChartSearch } from '../search.ts'
import { curveOf, stepsWithin, type Curve } from './curves.ts'

/** About as many buckets as a chart has pixels. */
const MOST = 500
const MOST_FULL = 1_600

type Input = {
  readonly metric: string
  readonly runs: readonly TrackedRunRow[]
  readonly search: ChartSearch
  readonly isFull: boolean
}
type Curves = {
  readonly curves: readonly Curve[] | undefined
  readonly series: readonly ChartSeries[] | undefined
  readonly problem: string | undefined
  readonly retry: () => void
  /** The range is read anew. */
  readonly isOld: boolean
}

/** The curves of a metric; where a range is picked, as exact as it gets there. */
export function useCurves({ metric, runs, search, isFull }: Input): Curves {
  const client = useClient()
  const { x = 'step', smooth = 0, log = false, zoom } = search
  const of = { key: metric, runs: runs.map(({ id }) => id), most: isFull ? MOST_FULL : MOST }
  const whole = useQuery({ ...experimentQueries.chart(client, of), placeholderData: keepPreviousData })
  const starts = useMemo(() => new Map(runs.map(({ id, startedAt }) => [id, Date.parse(startedAt)])), [runs])
  const range = useMemo(() => {
    if (zoom === undefined || whole.data === undefined) return undefined
    if (x === 'step') return { fromStep: Math.floor(zoom[0]), toStep: Math.ceil(zoom[1]) }
    return stepsWithin(whole.data.series, zoom, (run) => (x === 'time' ? 0 : (starts.get(run) ?? 0)))
  }, [zoom, x, whole.data, starts])
  const part = useQuery({
    ...experimentQueries.chart(client, { ...of, ...range }),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
  })
  const data = range === undefined ? whole.data : (part.data ?? whole.data)
  const curves = useMemo(
    () =>
      data?.series
        .filter(({ lastStep }) => lastStep.length > 0)
        .map((series) => curveOf(series, { x, smooth, isLog: log, startedAt: starts.get(series.run) ?? 0 })),
    [data, x, smooth, log, starts],
  )
  const error = whole.error ?? part.error
  return {
    curves,
    series: data?.series,
    problem: error === null ? undefined : problemOf(error).message,
    retry: () => void whole.refetch(),
    isOld: part.isPlaceholderData || whole.isPlaceholderData,
  }
}
