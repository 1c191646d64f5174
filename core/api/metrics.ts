import type * as prom from 'prom-client'
import type { Gauge, Metric, Registry } from 'prom-client'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import type { Sockets } from './sockets.ts'
import { BUCKETS, type Answers, type Stats } from './stats.ts'
import type { Traffic } from './traffic.ts'

type PromClient = (typeof prom)['default']

export type MetricsOptions = {
  readonly stats: Stats
  readonly service: Pick<PipelineService, 'activeRuns'>
  readonly schedules: Pick<ScheduleService, 'activeCount'>
  readonly traffic: Pick<Traffic, 'open'>
  readonly sockets: Pick<Sockets, 'countByKind' | 'waitingBytes'>
  readonly version: string
}

/** The metrics of a core as Prometheus text. The library is loaded when somebody asks for the first time. */
export function createMetrics(options: MetricsOptions): () => Promise<string> {
  let registry: Promise<Registry> | undefined
  return async () => {
    registry ??= import('prom-client').then((loaded) => fill(loaded.default, options))
    return (await registry).metrics()
  }
}

function fill(library: PromClient, options: MetricsOptions): Registry {
  const registry = new library.Registry()
  library.collectDefaultMetrics({ register: registry })
  const metrics = [...gauges(library, options), ...counters(library, options.stats), durations(options.stats)]
  for (const metric of metrics) registry.registerMetric(metric)
  return registry
}

function gauges(library: PromClient, options: MetricsOptions): Metric[] {
  const { service, schedules, sockets, traffic, version } = options
  const gauge = (name: string, help: string, value: () => number): Gauge => {
    const made: Gauge = new library.Gauge({ name, help, registers: [], collect: () => made.set(value()) })
    return made
  }
  const open = new library.Gauge({
    name: 'minisub_sockets_open',
    help: 'Open WebSockets',
    labelNames: ['kind'],
    registers: [],
    collect: () => {
      for (const [kind, count] of Object.entries(sockets.countByKind())) open.set({ kind }, count)
    },
  })
  const build = new library.Gauge({
    name: 'minisub_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['version', 'node'],
    registers: [],
  })
  build.set({ version, node: process.version }, 1)
  return [
    gauge('minisub_runs_active', 'Runs that are not over', () => service.activeRuns()),
    gauge('minisub_schedules_active', 'Schedules that are not paused', () => schedules.activeCount()),
    gauge('minisub_http_requests_open', 'Requests that are being answered, this one too', () => traffic.open()),
    gauge('minisub_sockets_waiting_bytes', 'Bytes that wait for readers of WebSockets', () => sockets.waitingBytes()),
    open,
    build,
  ]
}

function counters(library: PromClient, stats: Stats): Metric[] {
  const runs = new library.Counter({
    name: 'minisub_runs_finished_total',
    help: 'Runs that ended since the core started',
    labelNames: ['status'],
    registers: [],
    collect: () => {
      runs.reset()
      for (const status of ['succeeded', 'failed', 'cancelled'] as const) {
        runs.inc({ status }, stats.finished().get(status) ?? 0)
      }
    },
  })
  const requests = new library.Counter({
    name: 'minisub_http_requests_total',
    help: 'Requests that ended, by path in the table of routes (empty where none takes it), method and status',
    labelNames: ['route', 'method', 'status'],
    registers: [],
    collect: () => {
      requests.reset()
      for (const answers of stats.answers()) requests.inc(labelsOf(answers), answers.count)
    },
  })
  return [runs, requests]
}

type Value = { readonly labels: Readonly<Record<string, string>>; readonly metricName: string; readonly value: number }

/** A histogram over what was counted before the library was there, which its own class cannot take over. */
function durations(stats: Stats): Metric {
  const name = 'minisub_http_request_duration_seconds'
  const help = 'How long requests took until the last byte; followed logs wait up to 20 seconds'
  const valuesOf = (answers: Answers): Value[] => {
    const labels = labelsOf(answers)
    const bucket = (le: string, value: number) => ({ labels: { le, ...labels }, metricName: `${name}_bucket`, value })
    return [
      ...BUCKETS.map((bound, index) => bucket(String(bound), answers.buckets[index] ?? 0)),
      bucket('+Inf', answers.count),
      { labels, metricName: `${name}_sum`, value: answers.seconds },
      { labels, metricName: `${name}_count`, value: answers.count },
    ]
  }
  const get = async () => ({ name, help, type: 'histogram', values: [...stats.answers()].flatMap(valuesOf) })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the registry reads of a metric is its name and `get`
  return { name, get } as unknown as Metric
}

function labelsOf({ route, method, status }: Answers): { route: string; method: string; status: string } {
  return { route, method, status: String(status) }
}
