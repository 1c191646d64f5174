import type { Json, JsonObject } from '#core/base/json.ts'
import { isFinalRun, type StepStatus } from '#core/contract/events.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import {
  MovedView,
  type ArtifactRow,
  type ArtifactView,
  type RunSummary,
  type RunView,
  type StepView,
} from '#core/contract/run.ts'
import type { RunHead, RunRow, StepRow } from './run-rows.ts'

/** An epoch time in ms as ISO 8601, null as null. */
export const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

/** A row of the list of runs. */
export function summaryOf(head: RunHead): RunSummary {
  return {
    id: head.id,
    pipeline: head.pipeline,
    pipelineDigest: head.digest,
    target: head.target,
    status: head.status,
    createdAt: new Date(head.createdAt).toISOString(),
    startedAt: iso(head.startedAt),
    finishedAt: iso(head.finishedAt),
    ...(head.movedTo === null ? {} : { movedTo: MovedView.parse(JSON.parse(head.movedTo)) }),
    ...(head.movedFrom === null ? {} : { movedFrom: MovedView.parse(JSON.parse(head.movedFrom)) }),
  }
}

/** Values of the items of the fan-outs that were expanded, by step. */
export type Expansions = ReadonlyMap<string, readonly JsonObject[]>

type Items = {
  readonly of: Expansions
  /** What items are that never began. */
  readonly untouched: StepStatus
}

/** The public object of a run, from its row and the projection of its steps. */
export function runView(row: RunRow, rows: readonly StepRow[], { of, untouched }: Items): RunView {
  const byStep = Map.groupBy(rows, (it) => it.step)
  const steps = Object.entries(row.definition.steps).flatMap(([name, definition]): StepView[] => {
    const found = new Map((byStep.get(name) ?? []).map((it) => [it.item, it]))
    const whole = found.get(-1)
    const items = of.get(name)
    if (definition.forEach.length === 0)
      return [stepView(row.id, { name, row: found.get(0) ?? whole, item: null, fallback: 'pending' })]
    if (items === undefined || items.length === 0)
      return [stepView(row.id, { name, row: whole, item: null, fallback: whole?.status ?? 'pending' })]
    return items.map((values, index) =>
      stepView(row.id, { name, row: found.get(index), item: { index, values }, fallback: untouched }),
    )
  })
  const { createdAt: _createdAt, ...summary } = summaryOf(row)
  return { ...summary, outputs: row.outputs, steps: steps.map((step) => cancelledWithRun(step, row)) }
}

/** Steps that never began have no row of their own; in a cancelled run they are cancelled. */
export function cancelledWithRun(step: StepView, row: RunHead): StepView {
  return step.status === 'pending' && isFinalRun(row.status) ? { ...step, status: 'cancelled' } : step
}

type StepSource = {
  readonly name: string
  readonly row: StepRow | undefined
  readonly item: StepView['item']
  readonly fallback: StepStatus
}

export function stepView(run: string, { name, row, item, fallback }: StepSource): StepView {
  const outputs = Object.entries(row?.outputs ?? {}).map(([output, record]) => {
    const key = artifactKey({ run, step: name, item: item?.index ?? null }, output)
    return [output, record.kind === 'value' ? record.value : artifactView(record, key)]
  })
  return {
    name,
    item,
    status: row?.status ?? fallback,
    attempts: row?.attempts ?? 0,
    stepKey: row?.key ?? null,
    startedAt: iso(row?.startedAt ?? null),
    finishedAt: iso(row?.finishedAt ?? null),
    exitCode: row?.exitCode ?? null,
    reason: row?.reason ?? null,
    outputs: Object.fromEntries(outputs) as Record<string, Json>,
  }
}

/** The key under which an output is known in the artifact store. */
export function artifactKey(of: { run: string; step: string; item: number | null }, output: string): string {
  return `runs/${of.run}/${of.step}/${output}${of.item === null ? '' : `/${of.item}`}`
}

export function artifactView(record: Exclude<OutputRecord, { kind: 'value' }>, key: string): ArtifactView {
  return { type: record.kind, key, size: record.size, sha256: record.sha256 }
}

/** Every output of a run, one row each. */
export function artifactRows(
  run: string,
  rows: readonly StepRow[],
  isFanOut: (step: string) => boolean,
): ArtifactRow[] {
  return rows
    .filter((row) => row.item >= 0)
    .flatMap((row) =>
      Object.entries(row.outputs).map(([output, record]): ArtifactRow => {
        const item = isFanOut(row.step) ? row.item : null
        const size = record.kind === 'value' ? Buffer.byteLength(JSON.stringify(record.value)) : record.size
        const key = artifactKey({ run, step: row.step, item }, output)
        return { step: row.step, item, output, type: record.kind, key, size, sha256: record.sha256 }
      }),
    )
}
