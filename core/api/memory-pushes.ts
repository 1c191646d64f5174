import { Problem } from '#core/base/problem.ts'
import type { PipelineService } from '#core/pipelines/index.ts'

/** Pushes of a service in memory: no target of it is a cluster. */
export function memoryPushes(): Pick<PipelineService, 'push' | 'pushed' | 'undoPush' | 'removePush'> {
  const refuse = (): Promise<never> => {
    throw new Problem('not_supported', 'there is no cluster here: name one')
  }
  return { push: refuse, pushed: refuse, undoPush: refuse, removePush: refuse }
}
