import { Problem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { BoundTemplate } from './bind.ts'
import type { AttemptTask } from './executor.ts'
import type { Reference } from './references.ts'
import { findOutput, type FoundOutput } from './read-output.ts'
import { resolveReference, type StepPaths } from './resolve.ts'
import type { RunRow } from './run-rows.ts'
import type { Registration } from './step-tracking.ts'

type File = Registration['files'][number]
const TAG = 'tags.'

/** The records of the files that a register step registers: one, or after a fan-out one an item. */
export function recordsOf(task: AttemptTask): readonly OutputRecord[] {
  const found = sourceOf(task).found
  if (found.kind === 'default') return []
  return found.kind === 'record' ? [found.record] : found.records
}

/** What a register step asks for, now that all that it reads is final. Throws Problem `output_missing` for no files. */
export function registrationOf(task: AttemptTask, row: RunRow): Registration {
  const { planned, register } = task.step.bound
  const { reference, found } = sourceOf(task)
  const texts = new Map([...(register ?? [])].map(([key, template]) => [key, textOf(task, template)]))
  const files = filesOf(found)
  if (files.length === 0) {
    const what = `steps.${reference.step}.outputs.${reference.output}`
    throw new Problem(
      'output_missing',
      `${what} has no files, so there is nothing to register: let the step write some`,
    )
  }
  const tags = [...texts].flatMap(([key, text]) =>
    key.startsWith(TAG) ? [[key.slice(TAG.length), text] as const] : [],
  )
  return {
    run: task.run,
    step: planned.name,
    model: texts.get('model') ?? '',
    alias: texts.get('alias') ?? null,
    description: texts.get('description') ?? null,
    tags: Object.fromEntries(tags),
    from: { step: reference.step, item: null, output: reference.output, isGathered: found.kind === 'gathered' },
    lineage: lineageOf(row, reference.step),
    files,
  }
}

function lineageOf({ definition, digest, frozen, target }: RunRow, maker: string): Registration['lineage'] {
  const name = definition.steps[maker]?.environment ?? null
  const environment = name === null ? null : (frozen.facts.environments[name] ?? null)
  return { pipeline: definition.name, pipelineDigest: digest, codeDigest: frozen.code, environment, target }
}

type Source = { readonly reference: Extract<Reference, { kind: 'output' }>; readonly found: FoundOutput }

function sourceOf({ state, step }: AttemptTask): Source {
  const from = step.bound.planned.inputs.get('from')
  if (from?.kind !== 'expression') throw new Error(`the step ${step.bound.planned.name} registers nothing`)
  return { reference: from.reference, found: findOutput(state, from.reference.step, from.reference.output) }
}

/** Gathered outputs are a folder 0, 1, 2 … as for every reader. */
function filesOf(found: FoundOutput): File[] {
  if (found.kind === 'default') return []
  if (found.kind === 'record') return filesAt('', found.record)
  return found.records.flatMap((record, index) => filesAt(String(index), record))
}

function filesAt(path: string, record: OutputRecord): File[] {
  if (record.kind === 'value') return []
  if (record.kind === 'file') return [{ path, sha256: record.sha256, size: record.size }]
  const below = path === '' ? '' : `${path}/`
  return record.files.map((file) => ({ path: `${below}${file.path}`, sha256: file.sha256, size: file.size }))
}

function textOf({ state, run }: AttemptTask, template: BoundTemplate): string {
  const context = { state, run, values: null, paths: NO_PATHS }
  return template.map((part) => (typeof part === 'string' ? part : resolveReference(part.reference, context))).join('')
}

const NO_PATHS: StepPaths = { input: noPath, output: noPath, upstream: noPath }

function noPath(name: string): never {
  throw new Error(`a register step has no folder for ${name}`)
}
