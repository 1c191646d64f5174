import {
  defined,
  list,
  optionalInteger,
  optionalText,
  runId,
  text,
  type Input,
  type JsonRoute,
  missing,
  readText,
  wrong,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'

const MOST_RUNS = 100
const MOST_SAMPLES = 2_500
const MOST_POINTS = 25_000

/** Series of runs. */
export function metricRoutes({ reader }: Deps): readonly JsonRoute[] {
  return [
    { method: 'GET', path: '/metrics/get-history', answer: (input) => reader.read('history', historyOf(input)) },
    {
      method: 'GET',
      path: '/metrics/get-history-bulk-interval',
      answer: (input) => reader.read('historyInterval', intervalOf(input)),
    },
    { method: 'GET', path: '/metrics/get-history-bulk', answer: (input) => reader.read('historyBulk', bulkOf(input)) },
  ]
}

function historyOf(input: Input) {
  const maxResults = optionalInteger(input, 'max_results')
  if (maxResults !== undefined && maxResults < 0) throw wrong('max_results', maxResults, 'it must not be negative')
  const pageToken = optionalText(input, 'page_token') || undefined
  return { runId: runId(input), key: text(input, 'metric_key'), ...defined({ maxResults, pageToken }) }
}

function intervalOf(input: Input) {
  const [startStep, endStep] = [optionalInteger(input, 'start_step'), optionalInteger(input, 'end_step')]
  if ((startStep === undefined) !== (endStep === undefined)) {
    throw missing(startStep === undefined ? 'start_step' : 'end_step')
  }
  if (startStep !== undefined && endStep !== undefined && startStep > endStep) {
    throw wrong('end_step', endStep, 'it must not be below start_step')
  }
  const maxResults = inRange(input, MOST_SAMPLES)
  return {
    runIds: runIds(input, 'run_ids'),
    key: text(input, 'metric_key'),
    maxResults,
    ...defined({ startStep, endStep }),
  }
}

function bulkOf(input: Input) {
  return { runIds: runIds(input, 'run_id'), key: text(input, 'metric_key'), maxResults: inRange(input, MOST_POINTS) }
}

function runIds(input: Input, name: string): readonly string[] {
  const ids = list(input, name, readText)
  if (ids.length === 0) throw missing(name)
  if (ids.length > MOST_RUNS) throw wrong(name, ids, `at most ${MOST_RUNS} runs can be asked for at once`)
  return ids
}

function inRange(input: Input, most: number): number {
  const count = optionalInteger(input, 'max_results') ?? most
  if (count >= 1 && count <= most) return count
  throw wrong('max_results', count, `it must be between 1 and ${most}`)
}
