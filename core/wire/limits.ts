import { Problem } from '#core/base/problem.ts'
import type { Batch, DatasetInput, Pair } from './types.ts'

/** Bounds of what is tracked, in characters (code points) and entries; docs/tracking.md has them for readers. */
export const LIMITS = {
  key: 250,
  paramValue: 6000,
  tagValue: 8000,
  experimentTagValue: 5000,
  experimentName: 500,
  artifactLocation: 2048,
  batchMetrics: 1000,
  batchParams: 100,
  batchTags: 100,
  batchAll: 1000,
  datasets: 1000,
  pageSize: 50_000,
} as const

const DATASET = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 } as const
const INPUT_TAG = { key: 255, value: 500 } as const

const KEY = /^[\p{L}\p{N}_/. :-]*$/u
const CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'
const PATHS =
  "Names may be treated as files in certain cases, and must not resolve to other names: no '..', no '.' alone, and no slash at an end or after another."

/** A call that breaks a rule: what MLflow's clients are shown. */
export function invalid(message: string): Problem {
  return new Problem('tracking_invalid', message)
}

/** The fault of a value, in the words that MLflow's clients know; `path` is its place in the request: `metrics[0].key`. */
export function invalidValue(path: string, value: unknown, why: string): Problem {
  const text = JSON.stringify(value) ?? String(value)
  const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text
  return invalid(`Invalid value ${shown} for parameter '${path}' supplied: ${why}`)
}

/** Throws where a text has more characters than it may have. */
export function checkLength(text: string, most: number, path: string): void {
  if (isLonger(text, most)) throw invalid(`'${path}' exceeds the maximum length of ${most} characters`)
}

/** Throws where a text cannot be the key of a metric, a parameter or a tag. */
export function checkKey(key: string, path: string): void {
  if (!KEY.test(key)) throw invalidValue(path, key, CHARACTERS)
  if (!isNormalPath(key)) throw invalidValue(path, key, PATHS)
  checkLength(key, LIMITS.key, path)
}

/**
 * A parameter with a key that may be and a value that is not too long: what is beyond is cut off. Half a surrogate pair,
 * which SQLite does not keep, becomes U+FFFD here, so that the same value sent again is the same.
 */
export function checkParam({ key, value }: Pair, path = ''): Pair {
  checkKey(key, join(path, 'key'))
  return { key, value: cut(value, LIMITS.paramValue).toWellFormed() }
}

/** A tag of a run or a logged model, as `checkParam` does it. */
export function checkTag({ key, value }: Pair, path = ''): Pair {
  checkKey(key, join(path, 'key'))
  return { key, value: cut(value, LIMITS.tagValue) }
}

/** Throws where a tag cannot be one of an experiment; nothing is cut off here. */
export function checkExperimentTag({ key, value }: Pair): void {
  checkKey(key, 'key')
  checkLength(value, LIMITS.experimentTagValue, 'value')
}

/** Throws where a text cannot name an experiment. */
export function checkExperimentName(name: string): void {
  if (name === '') throw invalid("Invalid experiment name: ''")
  checkLength(name, LIMITS.experimentName, 'name')
}

const MODEL_NAME = { most: 500, forbidden: /[/:.%"']/u } as const

/** Throws where a text cannot name a logged model; an empty one stands for a name that is made up. */
export function checkModelName(name: string): void {
  checkLength(name, MODEL_NAME.most, 'name')
  if (!MODEL_NAME.forbidden.test(name)) return
  throw invalid(
    `Invalid model name (${name}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  )
}

/** Throws where a batch has too many entries. */
export function checkBatch({ metrics = [], params = [], tags = [] }: Batch): void {
  checkCount('metrics', metrics.length, LIMITS.batchMetrics)
  checkCount('params', params.length, LIMITS.batchParams)
  checkCount('tags', tags.length, LIMITS.batchTags)
  checkCount('metrics, params, and tags', metrics.length + params.length + tags.length, LIMITS.batchAll)
}

/** Throws where datasets cannot be the inputs of a run. */
export function checkDatasets(inputs: readonly DatasetInput[]): void {
  checkCount('datasets', inputs.length, LIMITS.datasets)
  for (const { dataset, tags } of inputs) {
    for (const field of ['name', 'digest', 'source', 'schema', 'profile'] as const) {
      checkLength(dataset[field] ?? '', DATASET[field], field)
    }
    for (const tag of tags) {
      checkLength(tag.key, INPUT_TAG.key, 'key')
      checkLength(tag.value, INPUT_TAG.value, 'value')
    }
  }
}

/** Throws where a page cannot have so many entries. */
export function checkPageSize(size: number, most: number = LIMITS.pageSize): void {
  const why = size > most ? `It must be at most ${most}` : 'It must be a positive integer'
  if (!Number.isSafeInteger(size) || size < 1 || size > most) throw invalidValue('max_results', size, why)
}

function checkCount(what: string, count: number, most: number): void {
  if (count <= most) return
  throw invalid(
    `A batch logging request can contain at most ${most} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
  )
}

function isNormalPath(key: string): boolean {
  if (key === '.') return false
  if (!key.includes('/')) return key !== '' && key !== '..'
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function isLonger(text: string, most: number): boolean {
  // A character takes one or two units, so most texts need not be counted.
  return text.length > most && (text.length > 2 * most || Array.from(text).length > most)
}

function cut(value: string, most: number): string {
  return isLonger(value, most)
    ? Array.from(value.slice(0, 2 * most))
        .slice(0, most)
        .join('')
    : value
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}
