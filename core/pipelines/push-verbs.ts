import { Problem } from '#core/base/problem.ts'
import { diffPushes } from '#core/contract/push-changes.ts'
import type { PushResult, RemovedPush } from '#core/contract/pushes.ts'
import type { RequestToCheck } from './check-request.ts'
import type { ClusterPushes, PushedEntry, PushedThere } from './cluster-pushes.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { bindRequest, gather, type FreezeOptions } from './freeze.ts'
import { readPipelineFile } from './pipeline-file.ts'
import type { Progress } from './service-types.ts'
import { findTarget, type Targets } from './targets.ts'

/** Which pushed pipeline of which target. */
export type PushAddress = { readonly target: string; readonly pipeline: string }

/** `expected`: name of the WorkflowTemplate that it is to be, such as a plan told. */
export type RequestToPush = RequestToCheck & { readonly expected?: string | undefined }

/** What a push has done, without what schedules have to do with it. */
export type PushOutcome = Omit<PushResult, 'version' | 'schedule'> & { readonly version: PushedEntry }

/** Pipelines that lie in clusters for everybody who may start them there. */
export type PushVerbs = {
  /**
   * Freezes a pipeline as `start` does and puts all of it into a cluster, whatever is cached. What is there is not sent
   * again. Throws the Problems of `start`, and `conflict` where others have changed what was pushed, or it is not `expected`.
   */
  push(request: RequestToPush, pushedBy: string, progress: Progress): Promise<PushOutcome>
  /** What was pushed to a target. */
  pushed(target: string): Promise<PushedThere>
  undoPush(address: PushAddress & { readonly from?: string | undefined }): ReturnType<ClusterPushes['undo']>
  /** See `ClusterPushes.remove`. */
  removePush(
    address: PushAddress & Omit<Parameters<ClusterPushes['remove']>[1], keyof Progress>,
    progress: Progress,
  ): Promise<Omit<RemovedPush, 'schedules'>>
}

type Options = Omit<FreezeOptions, keyof RequestToCheck | 'cache' | 'resumes' | 'onLine' | 'signal'>

export function pushVerbs(options: Options): PushVerbs {
  const { targets } = options
  return {
    push: (request, pushedBy, progress) => push(request, pushedBy, { ...options, ...progress }),
    pushed: async (target) => findCluster(targets, target).pushes.list(),
    undoPush: async ({ target, pipeline, from }) => findCluster(targets, target).pushes.undo(pipeline, { from }),
    removePush: async ({ target, pipeline, ...how }, progress) =>
      findCluster(targets, target).pushes.remove(pipeline, { ...progress, ...how }),
  }
}

async function push(
  { expected, ...request }: RequestToPush,
  by: string,
  options: Options & Progress,
): Promise<PushOutcome> {
  const target = findCluster(options.targets, request.target)
  const pipeline = await readPipelineFile(request.file)
  const wish = { ...options, ...request, cache: true, resumes: null }
  const { parameters, bound } = await bindRequest(pipeline, wish)
  await target.check()
  const { frozen, snapshot } = await gather(pipeline, parameters, { ...wish, target })
  options.signal?.throwIfAborted()
  const run = { digest: pipeline.plan.digest, bound, frozen, snapshot }
  const { record, before, ...put } = await target.pushes.put(run, { by, at: options.now() }, { ...options, expected })
  const changes = before === null ? [] : diffPushes(before, record)
  return { ...put, objects: [...put.objects], images: [...new Set(Object.values(record.images))], changes }
}

/** Throws Problem `not_supported` for a target of this machine. */
function findCluster(targets: Targets, name: string): ClusterTarget {
  const target = findTarget(targets, name)
  if (target.kind === 'cluster') return target
  const fix = 'name a cluster target, see minisub target list'
  throw new Problem('not_supported', `${name} is on this machine, where nothing is pushed to: ${fix}`, {
    path: 'target',
  })
}
