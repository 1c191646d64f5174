import { basename, join } from 'node:path'
import type { DatasetInput } from '#core/tracking/index.ts'
import { skipped, type Item, type SourceRun } from './item.ts'
import { linesOf, parseMetricLine } from './metric-line.ts'
import { keyFiles, readMeta, readPairs } from './mlruns-meta.ts'
import { openPointColumns, type SeriesName } from './point-columns.ts'
import { filesBelow, folderInside, foldersIn } from './source-files.ts'
import { keptPairs, recordOf, stageFrom, statusOf, textOf, timeOf, wholeOf } from './values.ts'

/** A run's folder in that of its experiment, whose key it has; without points and files. */
export function* readRun(folder: string, experimentFolder: string, experiment: string): Generator<Item> {
  const meta = readMeta(folder)
  if (meta === undefined) return
  const notes: Item[] = []
  const refuse = (kind: string) => (name: string, why: string) =>
    void notes.push(skipped(`${kind} ${name} of run ${basename(folder)}`, why))
  yield {
    kind: 'run',
    key: keyOf(folder, meta),
    experiment,
    name: textOf(meta['run_name']),
    userId: textOf(meta['user_id']),
    startTime: timeOf(meta['start_time'], 0),
    stage: stageFrom(meta['lifecycle_stage']),
    params: keptPairs(readPairs(join(folder, 'params')), refuse('parameter')),
    tags: keptPairs(readPairs(join(folder, 'tags')), refuse('tag')),
    datasets: datasetsOf(folder, experimentFolder),
    ...modelsOf(folder),
  }
  yield* notes
}

/** The points of a run, its files, and its end. */
export function* runContent(folder: string): Generator<Item> {
  const meta = readMeta(folder) ?? {}
  const run = keyOf(folder, meta)
  for (const { key, file } of keyFiles(join(folder, 'metrics'))) {
    yield* metricFile(file, (rest) => ({ run, key, ...datasetFrom(rest) }))
  }
  const files = folderInside(folder, join(folder, 'artifacts'))
  if (files !== undefined) yield* filesBelow(files, { run })
  const endTime = meta['end_time'] == null ? null : timeOf(meta['end_time'], 0)
  yield { kind: 'end', run, status: statusOf(meta['status']), endTime }
}

/** The points of a metric's file; `seriesOf` says which series the rest of a line means. */
export function* metricFile(file: string, seriesOf: (rest: readonly string[]) => SeriesName): Generator<Item> {
  const columns = openPointColumns()
  let bad = 0
  try {
    for (const line of linesOf(file)) {
      if (line.trim() === '') continue
      const point = parseMetricLine(line)
      const isKept = point !== undefined && columns.add(seriesOf(point.rest), [point.step, point.time, point.value])
      if (!isKept) bad += 1
      if (columns.isFull()) yield* columns.take()
    }
  } catch (error) {
    yield skipped(file, error instanceof Error ? error.message : String(error))
  }
  yield* columns.take()
  yield* columns.notes()
  if (bad > 0) yield skipped(file, `${bad} lines of it are no points`)
}

/** The dataset that stands at the end of a line; its name may have spaces. */
export function datasetFrom(rest: readonly string[]): { datasetName?: string; datasetDigest?: string } {
  if (rest.length < 2) return {}
  return { datasetName: rest.slice(0, -1).join(' '), datasetDigest: rest.at(-1) ?? '' }
}

function keyOf(folder: string, meta: Readonly<Record<string, unknown>>): string {
  return textOf(meta['run_id']) || textOf(meta['run_uuid']) || basename(folder)
}

function datasetsOf(folder: string, experimentFolder: string): DatasetInput[] {
  return metasIn(join(folder, 'inputs')).flatMap((input) => {
    if (input['source_type'] !== 'DATASET') return []
    const place = join(experimentFolder, 'datasets')
    const name = textOf(input['source_id'])
    const meta = foldersIn(place).includes(name) ? readMeta(join(place, name)) : undefined
    if (meta === undefined) return []
    const [schema, profile] = [meta['schema'], meta['profile']]
    const dataset = {
      name: textOf(meta['name']),
      digest: textOf(meta['digest']),
      sourceType: textOf(meta['source_type']),
      source: textOf(meta['source']),
      ...(schema == null ? {} : { schema: textOf(schema) }),
      ...(profile == null ? {} : { profile: textOf(profile) }),
    }
    const tags = Object.entries(recordOf(input['tags'])).map(([key, value]) => ({ key, value: textOf(value) }))
    return [{ dataset, tags }]
  })
}

function modelsOf(folder: string): Pick<SourceRun, 'modelInputs' | 'modelOutputs'> {
  const inputs = metasIn(join(folder, 'inputs')).filter((input) => input['source_type'] === 'MODEL')
  return {
    modelInputs: inputs.map((input) => textOf(input['source_id'])),
    modelOutputs: metasIn(join(folder, 'outputs')).map((output) => ({
      modelId: textOf(output['destination_id']),
      step: wholeOf(output['step'], 0),
    })),
  }
}

function metasIn(folder: string): Readonly<Record<string, unknown>>[] {
  return foldersIn(folder).flatMap((name) => {
    const meta = readMeta(join(folder, name))
    return meta === undefined ? [] : [meta]
  })
}
