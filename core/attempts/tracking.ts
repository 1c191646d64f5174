import { createHash } from 'node:crypto'
import type { TrackingLine } from '#core/contract/tracking-line.ts'

/** By what a runner answers MLflow's client in a step, and where it keeps what the client logs. */
export type RunnerTracking = {
  /** The id of the step's own run, and that of its experiment. */
  readonly run: string
  readonly experiment: string
  /** What the client is shown of both. */
  readonly runName: string
  readonly experimentName: string
  /** Made by the first call; TRACKING_FILES are in it. */
  readonly folder: string
}

/** What lies in the folder of a runner's tracking. */
export const TRACKING_FILES = {
  /** A TrackingLine each, ASCII alone, of all that is no file; what is here is also printed, sooner or later. */
  lines: 'lines.jsonl',
  /** An ArtifactLine each. */
  artifacts: 'artifacts.jsonl',
  /** Contents of files, by their sha256. */
  files: 'files',
} as const

/** Bytes that a line may have at the most: with what stands before it, it is a record that every reader takes. */
export const MOST_TRACKING_BYTES = 1_000_000

/** What became of a file: a DELETE takes away what an earlier PUT of the same attempt has brought. */
export type ArtifactLine = Pick<TrackingLine, 'at' | 'path'> &
  (
    | {
        readonly method: 'PUT'
        readonly body: { readonly file: string; readonly size: number; readonly sha256: string }
      }
    | { readonly method: 'DELETE' }
  )

/**
 * JSON of ASCII signs: container engines cut a long line somewhere, and spoil a sign of several bytes that is cut.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u0080-\uFFFF]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A line as it was read; undefined for anything else. */
export function readTrackingLine(text: string): TrackingLine | undefined {
  const value = parse(text)
  if (value === undefined || !isCall(value) || !isObject(value['body']) || !isWritable(value)) return undefined
  return Number.isSafeInteger(value['n']) && Number(value['n']) > 0 ? (value as TrackingLine) : undefined
}

const MOST_DEPTH = 100

/** Whether something is nested no deeper than what can be written as JSON wherever it comes to. */
export function isWritable(value: unknown, depth = MOST_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((part) => isWritable(part, depth - 1))
}

/** What is left of artifacts at the end, by the text of TRACKING_FILES.artifacts: the last of each path. */
export function keptArtifacts(text: string): readonly Extract<ArtifactLine, { method: 'PUT' }>[] {
  const kept = new Map<string, Extract<ArtifactLine, { method: 'PUT' }>>()
  for (const line of text.split('\n').map(readArtifactLine)) {
    if (line === undefined) continue
    kept.delete(line.path)
    if (line.method === 'PUT') kept.set(line.path, line)
  }
  return [...kept.values()]
}

const SHA256 = /^[0-9a-f]{64}$/

function readArtifactLine(text: string): ArtifactLine | undefined {
  const value = parse(text)
  if (value === undefined || !isCall(value)) return undefined
  const { method, body } = value
  if (method === 'DELETE') return value as ArtifactLine
  if (method !== 'PUT' || !isObject(body) || !Number.isSafeInteger(body['size'])) return undefined
  return SHA256.test(String(body['sha256'])) && body['file'] === body['sha256'] ? (value as ArtifactLine) : undefined
}

type Fields = Readonly<Record<string, unknown>>

function isCall({ at, method, path }: Fields): boolean {
  return typeof at === 'number' && typeof path === 'string' && METHODS.includes(String(method))
}

const METHODS = ['POST', 'PATCH', 'PUT', 'DELETE']

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    // half of a line, as a killed runner leaves it, or what a command made up
    return undefined
  }
}

const EXPERIMENT_DIGITS = 18

/**
 * The ids that a pod's runner gives to the run and the experiment of its step. The run has the same in the core, save where
 * the cluster began it under a name of its own; the experiment's is a number that no pod knows. The core puts its own in
 * their place when the lines come.
 */
export function podTrackingIds(of: { readonly run: string; readonly step: string; readonly item: number | null }): {
  readonly run: string
  readonly experiment: string
} {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const digits = BigInt(`0x${hash(`experiment of ${of.run}`)}`)
    .toString()
    .slice(0, EXPERIMENT_DIGITS)
  return { run: hash(`${of.run}/${of.step}/${of.item ?? ''}`).slice(0, 32), experiment: digits }
}
