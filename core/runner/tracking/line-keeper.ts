import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { asciiJson, isWritable, MOST_TRACKING_BYTES, TRACKING_FILES, type ArtifactLine } from '#core/attempts/index.ts'
import type { TrackingLine } from '#core/contract/tracking-line.ts'
import { writeError } from '#core/files/index.ts'
import { metricShape, WireError, type Metric } from '#core/wire/index.ts'

/** For so long points are gathered into one line. */
const GATHER_MS = 100
const MOST_POINTS = 1_000
/** Of their names: a sign is six bytes at the most. */
const MOST_NAMES = 100_000

/** Keeps the calls of a step in files. What it has answered is on disk after 100 ms, whatever becomes of the command. */
export type LineKeeper = {
  /** Throws WireError for a line that is too long, Problem `disk_full`. */
  add(call: Pick<TrackingLine, 'method' | 'path' | 'body'>): void
  /** Points are gathered, and come before whatever is added later. */
  point(run: string, metric: Metric): void
  /** What became of a file. */
  artifact(line: ArtifactLine): void
  /** Writes what was gathered. */
  flush(): void
  close(): void
}

type Options = {
  readonly folder: string
  readonly now: () => number
  /** Points that could not be written, which their caller believes kept. */
  readonly onLost: (error: unknown) => void
}

export function openLineKeeper({ folder, now, onLost }: Options): LineKeeper {
  const lines = openAppender(folder, TRACKING_FILES.lines)
  const artifacts = openAppender(folder, TRACKING_FILES.artifacts)
  let gathered: { readonly run: string; readonly metrics: object[]; names: number } | undefined
  let timer: NodeJS.Timeout | undefined
  let n = 0
  const write = (call: Pick<TrackingLine, 'method' | 'path' | 'body'>): void => {
    if (!isWritable(call)) throw tooDeep()
    lines(asciiJson({ n: n + 1, at: now(), ...call }))
    n += 1
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const points = gathered
    gathered = undefined
    if (points === undefined) return
    try {
      write({ method: 'POST', path: 'runs/log-batch', body: { run_id: points.run, metrics: points.metrics } })
    } catch (error) {
      onLost(error)
    }
  }
  return {
    add(call) {
      flush()
      write(call)
    },
    point(run, metric) {
      if (gathered !== undefined && (gathered.run !== run || gathered.names > MOST_NAMES)) flush()
      gathered ??= { run, metrics: [], names: 0 }
      gathered.metrics.push(metricShape(metric))
      gathered.names += namesOf(metric)
      if (gathered.metrics.length >= MOST_POINTS) return flush()
      timer ??= setTimeout(flush, GATHER_MS).unref()
    },
    artifact: (line) => artifacts(asciiJson(line)),
    flush,
    close() {
      for (const file of [lines, artifacts]) file(null)
    },
  }
}

function namesOf({ key, modelId = '', datasetName = '', datasetDigest = '' }: Metric): number {
  return key.length + modelId.length + datasetName.length + datasetDigest.length
}

/** Appends lines to a file of a folder, which is made with the first; null closes it. */
function openAppender(folder: string, name: string): (line: string | null) => void {
  let file: number | undefined
  return (line) => {
    if (line === null) {
      if (file !== undefined) closeSync(file)
      file = undefined
      return
    }
    if (line.length > MOST_TRACKING_BYTES) throw tooLong()
    try {
      mkdirSync(folder, { recursive: true })
      file ??= openSync(join(folder, name), 'a')
      append(file, Buffer.from(`${line}\n`))
    } catch (error) {
      throw writeError(error, folder)
    }
  }
}

function append(file: number, bytes: Uint8Array): void {
  const { size } = fstatSync(file)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}

function tooDeep(): WireError {
  return new WireError('BAD_REQUEST', 'a call must not be nested deeper than 100: leave out what MLflow does not know')
}

function tooLong(): WireError {
  const message = `in containers and on clusters a call may have ${MOST_TRACKING_BYTES} bytes: send it in several calls`
  return new WireError('BAD_REQUEST', message)
}
