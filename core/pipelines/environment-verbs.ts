import type { EnvironmentView } from '#core/contract/run.ts'
import type { Environments } from '#core/environments/index.ts'
import type { Changes } from './changes.ts'
import { lockPipeline } from './lock-file.ts'
import { readPipelineFile } from './pipeline-file.ts'
import type { PipelineService } from './service-types.ts'
import { iso } from './views.ts'

type Options = { readonly home: string; readonly environments: Environments; readonly changes: Changes }
type Verbs = Pick<PipelineService, 'environments' | 'buildEnvironments' | 'removeEnvironment'>

/** What can be asked of environments, in the terms of pipelines. */
export function environmentVerbs({ home, environments, changes }: Options): Verbs {
  const list = async (): Promise<EnvironmentView[]> =>
    (await environments.list()).map((it) => ({
      ...it,
      packages: [...it.packages],
      users: [...it.users],
      createdAt: iso(it.createdAt),
      lastUsedAt: iso(it.lastUsedAt),
    }))
  return {
    environments: list,
    async buildEnvironments(file, progress) {
      const pipeline = await readPipelineFile(file)
      const locked = Object.values((await lockPipeline(pipeline, { ...progress, home, update: false })).environments)
      try {
        for (const { lock, digest } of locked) {
          await environments.ensure(lock, progress)
          environments.recordUse(digest, pipeline.plan.definition.name)
        }
      } finally {
        changes.list('environments')
      }
      const digests = new Set(locked.map(({ digest }) => digest))
      return (await list()).filter(({ digest }) => digests.has(digest))
    },
    async removeEnvironment(digest) {
      await environments.remove(digest)
      changes.list('environments')
    },
  }
}
