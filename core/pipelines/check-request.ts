import type { Parameters } from './bind.ts'
import { bindRequest, type Asked as Bindable } from './freeze.ts'
import { readPipelineFile } from './pipeline-file.ts'

/** What can be asked of a pipeline some time later. */
export type CheckedRequest = {
  readonly pipeline: string
  /** Absolute. */
  readonly file: string
  /** Those that were given, of their declared types; a default may change until they are used. */
  readonly parameters: Parameters
}

export type RequestToCheck = {
  readonly file: string
  readonly target: string
  readonly parameters: Parameters
  readonly parameterTexts: Readonly<Record<string, string>>
}

/**
 * Checks all of a request for a run that needs no copying: document, target, parameters, secrets. Throws a Problem for
 * what is wrong; nothing is written.
 */
export async function checkRequest(
  asked: RequestToCheck,
  known: Pick<Bindable, 'targets' | 'secrets'>,
): Promise<CheckedRequest> {
  const pipeline = await readPipelineFile(asked.file)
  const { parameters } = await bindRequest(pipeline, { ...asked, ...known })
  const isGiven = (name: string): boolean =>
    Object.hasOwn(asked.parameters, name) || Object.hasOwn(asked.parameterTexts, name)
  const given = Object.entries(parameters).filter(([name]) => isGiven(name))
  return { pipeline: pipeline.plan.definition.name, file: pipeline.file, parameters: Object.fromEntries(given) }
}
