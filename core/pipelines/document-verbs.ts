import type { PipelineView } from '#core/contract/run.ts'
import { packageVersions } from '#core/environments/index.ts'
import { imagesOf, type Targets } from './targets.ts'
import { lockPipeline } from './lock-file.ts'
import { readPipelineFile, type PipelineFile } from './pipeline-file.ts'
import type { PipelineService } from './service-types.ts'

type Options = { readonly home: string; readonly targets: Targets }

/** The verbs that look at a document and its lock. */
export function documentVerbs({ home, targets }: Options): Pick<PipelineService, 'validate' | 'lock'> {
  return {
    validate: async (file) => pipelineView(await readPipelineFile(file)),
    async lock(file, options) {
      const pipeline = await readPipelineFile(file)
      const { environments, changed } = await lockPipeline(pipeline, { ...options, home, images: imagesOf(targets) })
      const listed = Object.entries(environments).map(
        ([name, { digest, lock }]) =>
          [name, { digest, packages: lock.kind === 'python' ? packageVersions(lock.requirements).length : 0 }] as const,
      )
      return { file: pipeline.lockFile, changed, environments: Object.fromEntries(listed) }
    },
  }
}

/** How a valid document looks. */
export function pipelineView({ plan, file, warnings }: Pick<PipelineFile, 'plan' | 'file' | 'warnings'>): PipelineView {
  return {
    name: plan.definition.name,
    description: plan.definition.description,
    file,
    digest: plan.digest,
    steps: plan.steps.map((step) => ({ name: step.name, needs: [...new Set(step.edges.map((edge) => edge.step))] })),
    parameters: { ...plan.definition.parameters },
    warnings: warnings.map(({ message, path, place }) => ({
      message,
      ...(path === undefined ? {} : { path }),
      ...(place === undefined ? {} : { line: place.line }),
    })),
  }
}
