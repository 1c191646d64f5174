import type { z } from 'zod'
import type { ChartRequest, ChartSeries } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { openChart } from './chart.ts'
import type { Bucket } from './types.ts'

type Request = z.output<typeof ChartRequest>

/** Prepares the series of a chart, by column. Throws Problem `not_found` for a run that is not there. */
export function openCharts(db: Database): (request: Request) => { readonly series: ChartSeries[] } {
  const chart = openChart(db)
  return ({ series, fromStep, toStep, most }) => {
    const range = { ...(fromStep === undefined ? {} : { fromStep }), ...(toStep === undefined ? {} : { toStep }) }
    return {
      series: series.map(({ run, key }) => ({ run, key, ...columnsOf(chart({ runId: run, key, most, ...range })) })),
    }
  }
}

function columnsOf(buckets: readonly Bucket[]): Omit<ChartSeries, 'run' | 'key'> {
  const column = <Name extends keyof Bucket>(name: Name): Bucket[Name][] => buckets.map((bucket) => bucket[name])
  return {
    firstStep: column('firstStep'),
    lastStep: column('lastStep'),
    firstTime: column('firstTime'),
    lastTime: column('lastTime'),
    count: column('count'),
    min: column('min'),
    max: column('max'),
    last: column('last').map((value) => (Number.isFinite(value) ? value : null)),
  }
}
