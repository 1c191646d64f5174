import { canonicalJson } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { isFanOut, type StepState } from '#core/pipelines/index.ts'
import { cachedItems, type CompileContext } from './compile-context.ts'
import { blobKey, outputKey, recordsKey, recordsPrefix, treeKey } from './keys.ts'

/** What Argo brings into a pod before it starts; the path is POD.artifact of its name. */
export type PodArtifact = {
  readonly name: string
  /** Without the prefix of the bucket. */
  readonly key: string
  readonly isFolder: boolean
  /** It is no fault where there is nothing. */
  readonly isOptional: boolean
}

/** The records of a step that another reads; those that are known already are noted as needed. */
export function recordsOf(step: StepState, isOptional: boolean, context: CompileContext): PodArtifact {
  const { name } = step.bound.planned
  noteRecords(step, context)
  const shared = { name: `records-${dashed(name)}`, isFolder: isFanOut(step) }
  if (isFanOut(step)) return { ...shared, key: recordsPrefix(context.run, name), isOptional: true }
  return { ...shared, key: recordsKey({ run: context.run, step: name, item: null }), isOptional }
}

function noteRecords(step: StepState, { needed, run, fates }: CompileContext): void {
  const { name } = step.bound.planned
  const indices = isFanOut(step) ? cachedItems(step) : fates.statuses.get(name) === 'Succeeded' ? [null] : []
  for (const index of indices) {
    const key = recordsKey({ run, step: name, item: index })
    needed.set(key, { key, bytes: canonicalJson(step.items[index ?? 0]?.outputs ?? {}), step: name })
  }
}

/** The files of an output of a step that another reads. A folder that holds nothing is no object at all. */
export function dataOf(
  step: StepState,
  output: string,
  {
    isOptional,
    context,
  }: {
    readonly isOptional: boolean
    readonly context: CompileContext
  },
): PodArtifact {
  const { name, definition } = step.bound.planned
  const isWhole = context.fates.statuses.get(name) === 'Succeeded'
  const elsewhere = isWhole ? context.input.locate(name, output) : undefined
  const isFolder = isFanOut(step) || definition.outputs[output]?.type === 'folder'
  return {
    name: dataName(name, output),
    key: elsewhere ?? outputKey({ run: context.run, step: name, item: null }, output),
    isFolder,
    isOptional: isOptional || isFolder,
  }
}

/** Outputs have no hyphen, so no two are the same. */
export function dataName(step: string, output: string): string {
  return `data-${dashed(step)}-${output}`
}

/** An input beside the document, which is noted as needed. */
export function fileOf(input: string, record: OutputRecord, { needed }: CompileContext): PodArtifact {
  const isFolder = record.kind === 'folder'
  const key = isFolder ? treeKey(record.sha256) : blobKey(record.sha256)
  needed.set(key, { key, record })
  return { name: `file-${input}`, key, isFolder, isOptional: isFolder }
}

function dashed(step: string): string {
  return step.replaceAll('_', '-')
}
