import { canonicalJson } from '#core/base/json.ts'
import { openTurns } from '#core/base/in-turn.ts'
import { parseBytes } from '#core/base/quantity.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import { readInPlace, replaceFile, systemCode, type FileAsRead } from '#core/files/index.ts'
import { writeResources, type WantedResources } from '#core/usage/index.ts'
import { unreadable } from './pipeline-file.ts'
import type { RunRow } from './run-rows.ts'
import { problemOf, validateDocument } from './validate.ts'

type Ran = Pick<RunRow, 'id' | 'file' | 'definition'>
type Wanted = ReadonlyMap<string, WantedResources>

/**
 * Writes resources of steps into the document of a run, one after the other where it is the same document. Throws Problem
 * `conflict` where it says something else now, or is changed meanwhile, and `not_supported` where it cannot be changed alone.
 */
export function openDocumentWriter(): (run: Ran, wanted: Wanted) => Promise<void> {
  const inTurn = openTurns()
  return (run, wanted) => inTurn(run.file, () => write(run, wanted))
}

async function write(run: Ran, wanted: Wanted): Promise<void> {
  const { file } = run
  const before = await readDocument(file)
  const text = textOf(before.bytes, file)
  const validation = validateDocument(text)
  if (!validation.ok) throw problemOf(validation.issues, file)
  const { definition } = validation.plan
  if (!isSame(definition, run.definition, wanted)) {
    const fix = 'run it again, and take what that run proposes'
    throw new Problem('conflict', `${file} is another one now than when run ${run.id} began: ${fix}`)
  }
  const written = writeResources(text, wanted)
  check(written, { before: definition, wanted, file })
  await replace(before, written)
}

async function readDocument(file: string): Promise<FileAsRead> {
  try {
    return await readInPlace(file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** What is no UTF-8 would come back as other bytes. */
function textOf(bytes: Buffer, file: string): string {
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes)) return text
  throw new Problem('not_supported', `${file} is not written in UTF-8: save it as UTF-8, or change it by hand`)
}

/** Whether two documents mean the same, other resources of steps aside that are not to be written. */
function isSame(now: PipelineDefinition, ran: PipelineDefinition, wanted: Wanted): boolean {
  const part = ({ steps, ...rest }: PipelineDefinition): string => {
    const all = Object.entries(steps).map(
      ([name, step]) => [name, wanted.has(name) ? step : { ...step, resources: {} }] as const,
    )
    return canonicalJson({ ...rest, steps: Object.fromEntries(all) })
  }
  return part(now) === part(ran)
}

type Expected = { readonly before: PipelineDefinition; readonly wanted: Wanted; readonly file: string }

/** What was written must say what was meant, and nothing else. */
function check(text: string, { before, wanted, file }: Expected): void {
  const validation = validateDocument(text)
  const steps = Object.entries(before.steps).map(([name, step]) => {
    const { cpu = null, memory = null } = wanted.get(name) ?? {}
    const bytes = memory === null ? undefined : parseBytes(memory)
    const resources = {
      ...step.resources,
      ...(cpu === null ? {} : { cpu }),
      ...(bytes === undefined ? {} : { memory: bytes }),
    }
    return [name, { ...step, resources }] as const
  })
  const expected = { ...before, steps: Object.fromEntries(steps) }
  if (validation.ok && canonicalJson(validation.plan.definition) === canonicalJson(expected)) return
  const message = `${file} is written in a way in which resources cannot be changed alone: change them by hand`
  throw new Problem('not_supported', message)
}

async function replace(before: FileAsRead, text: string): Promise<void> {
  const { path } = before
  try {
    await replaceFile(before, text, async () => {
      const { bytes } = await readInPlace(path)
      if (!bytes.equals(before.bytes))
        throw new Problem('conflict', `${path} was changed just now: look at it, then try again`)
    })
  } catch (cause) {
    if (isProblem(cause)) throw cause
    const why = systemCode(cause) ?? String(cause)
    const fix = 'give yourself write permission in its folder, or change the document by hand'
    throw new Problem('conflict', `${path} cannot be written (${why}): ${fix}`, { cause })
  }
}
