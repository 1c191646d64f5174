import type { Trace, Traces } from '#core/tracking/index.ts'
import {
  WireError,
  defined,
  id,
  list,
  member,
  optionalInteger,
  optionalMember,
  optionalText,
  required,
  pairOf,
  readPart,
  text,
  type Part,
  type Answer,
  type JsonCall,
  type Input,
  type JsonRoute,
  filled,
  readId,
  readKept,
  readObject,
  readText,
  wrong,
  NOTHING,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'

const USUAL_PAGE = 100
/** The tag that tells a client where the spans of a trace are kept, as an artifact. */
const LOCATION = 'mlflow.artifactLocation'
const TIMESTAMP = /^(?:timestamp|timestamp_ms|request_time)(?: +DESC)?$/i

/** As much of traces as programs with `@mlflow.trace` need, and as reading them again needs. */
export function traceRoutes({ tracking }: Pick<Deps, 'tracking'>, traces: Traces): readonly JsonRoute[] {
  const path = '/traces/{trace_id}'
  const of = ({ params }: JsonCall) => params['trace_id'] ?? ''
  const tags = (base: 'mlflow' | 'mlflow3'): readonly JsonRoute[] => [
    {
      method: 'PATCH',
      base,
      path: `${path}/tags`,
      answer: async (input, call) => {
        await traces.setTraceTag(of(call), pairOf(input))
        return NOTHING
      },
    },
    {
      method: 'DELETE',
      base,
      path: `${path}/tags`,
      answer: async (input, call) => {
        await traces.deleteTraceTag(of(call), text(input, 'key'))
        return NOTHING
      },
    },
  ]
  return [
    {
      method: 'POST',
      base: 'mlflow3',
      path: '/traces',
      answer: async (input) => ({ trace: { trace_info: traceShape(await put(tracking, traces, input)) } }),
    },
    {
      method: 'GET',
      base: 'mlflow3',
      path,
      answer: (_, call) => ({ trace: { trace_info: traceShape(traces.trace(of(call))) } }),
    },
    { method: 'POST', base: 'mlflow3', path: '/traces/search', answer: (input) => search(traces, input) },
    {
      method: 'POST',
      base: 'mlflow3',
      path: '/traces/delete-traces',
      answer: async (input) => {
        const ids = list(input, 'request_ids', readText)
        if (ids.length === 0)
          throw new WireError('NOT_IMPLEMENTED', 'Traces are deleted by their ids: give request_ids')
        return { traces_deleted: await traces.deleteTraces(id(input, 'experiment_id'), ids) }
      },
    },
    ...tags('mlflow'),
    ...tags('mlflow3'),
  ]
}

async function put({ reads }: Deps['tracking'], traces: Traces, input: Input): Promise<Trace> {
  const info = member(required(input, 'trace', readPart), 'trace_info', readPart)
  readKept(info.fields, info.path)
  const traceId = member(info, 'trace_id', readText)
  if (!/^[a-zA-Z0-9][\w-]{0,255}$/.test(traceId)) throw wrong(`${info.path}.trace_id`, traceId, 'it must be an id')
  const experiment = reads.experiment(experimentOf(member(info, 'trace_location', readPart)))
  const time = member(info, 'request_time', readText)
  const began = Date.parse(time)
  if (Number.isNaN(began)) throw wrong(`${info.path}.request_time`, time, 'it must be a time as RFC 3339 writes it')
  const location = `${experiment.artifactLocation}/traces/${traceId}/artifacts`
  const { tags: _tags, ...told } = info.fields
  const tags = { ...optionalMember(info, 'tags', readTexts), [LOCATION]: location }
  return traces.putTrace({ id: traceId, experimentId: experiment.id, at: began, info: told, tags })
}

function experimentOf(location: Part): string {
  return member(member(location, 'mlflow_experiment', readPart), 'experiment_id', readId)
}

function readTexts(value: unknown, path: string): Record<string, string> {
  const entries = Object.entries(readObject(value, path))
  return Object.fromEntries(entries.map(([key, entry]) => [key, readText(entry, `${path}.${key}`)]))
}

function search(traces: Traces, input: Input): Answer {
  if ((optionalText(input, 'filter') ?? '') !== '') {
    throw new WireError('NOT_IMPLEMENTED', 'Traces cannot be filtered here: search without a filter, by experiment')
  }
  if (list(input, 'order_by', readText).some((order) => !TIMESTAMP.test(order.trim()))) {
    throw new WireError('NOT_IMPLEMENTED', 'Traces come by their time, the newest first: leave order_by out')
  }
  const experimentIds = list(input, 'locations', (value, path) => experimentOf(readPart(value, path)))
  const maxResults = optionalInteger(input, 'max_results') ?? USUAL_PAGE
  const pageToken = optionalText(input, 'page_token') || undefined
  const { items, next } = traces.traces({ experimentIds, maxResults, ...defined({ pageToken }) })
  return { traces: filled(items.map(traceShape)), next_page_token: next }
}

function traceShape({ info, tags }: Trace): object {
  return { ...info, tags }
}
