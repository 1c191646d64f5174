import { writeFile } from 'node:fs/promises'
import { canonicalJson } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { Blobs } from '#core/store/index.ts'
import type { AttemptTask } from './executor.ts'
import { placeGathered, placeInput } from './inputs.ts'
import { findOutput } from './read-output.ts'
import type { StepPaths } from './resolve.ts'

type Options = {
  readonly task: AttemptTask
  readonly paths: StepPaths
  readonly blobs: Blobs
  /** Input name to the file or folder beside the document. */
  readonly files: Readonly<Record<string, OutputRecord>>
}

/** Puts everything that an attempt reads as a file or folder where it looks for it. */
export async function placeStepInputs({ task, paths, blobs, files }: Options): Promise<void> {
  const { inputs, reads } = task.step.bound.planned
  for (const [name, input] of inputs) {
    const record = files[name]
    if (input.kind === 'expression') await placeOutput(input.reference.step, input.reference.output, paths.input(name))
    else if (record !== undefined) await placeInput(record, paths.input(name), blobs)
  }
  for (const read of reads) {
    if (read.kind === 'outputPath') await placeOutput(read.step, read.output, paths.upstream(read.step, read.output))
  }

  async function placeOutput(step: string, output: string, target: string): Promise<void> {
    const found = findOutput(task.state, step, output)
    if (found.kind === 'default') return writeFile(target, canonicalJson(found.value), { mode: 0o444 })
    if (found.kind === 'record') return placeInput(found.record, target, blobs)
    const { definition } = task.state.byName.get(step)?.bound.planned ?? {}
    // A gathered parameter output is one JSON list; gathered files are a folder 0, 1, 2 …
    const type = definition?.outputs[output]?.type
    if (type === 'file' || type === 'folder') return placeGathered(found.records, target, blobs)
    const values = found.records.map((record) => (record.kind === 'value' ? record.value : null))
    return writeFile(target, canonicalJson(values), { mode: 0o444 })
  }
}
