import { Problem } from '#core/base/problem.ts'
import type { CompiledView } from '#core/contract/run.ts'
import type { RequestToCheck } from './check-request.ts'
import { freezeHere, type FreezeOptions } from './freeze.ts'
import { readPipelineFile } from './pipeline-file.ts'
import { findTarget } from './targets.ts'

type Options = Omit<FreezeOptions, keyof RequestToCheck | 'cache' | 'resumes'>

/** What a cluster target would be given for a pipeline. Throws Problem `not_supported` for a target of this machine. */
export async function compilePipeline(request: RequestToCheck, options: Options): Promise<CompiledView> {
  const target = findTarget(options.targets, request.target)
  if (target.kind === 'local') {
    const message = `the target ${request.target} runs pipelines as they are: name a cluster target to compile for`
    throw new Problem('not_supported', message, { path: 'target' })
  }
  const pipeline = await readPipelineFile(request.file)
  const frozen = await freezeHere(pipeline, { ...options, ...request, cache: true, resumes: null })
  return target.compile({ ...frozen, digest: pipeline.plan.digest, remote: options.remote })
}
