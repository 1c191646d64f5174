import { idFrom } from '#core/base/id.ts'
import type { RunView } from '#core/contract/run.ts'
import { digestOfJson, sha256 } from '#core/files/index.ts'
import { bindPlan, type BoundPlan, type Parameters } from './bind.ts'
import { bindRequest, forTarget, gather, type FreezeOptions, type Frozen } from './freeze.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import { readPipelineFile } from './pipeline-file.ts'
import type { FrozenRun, RunRow } from './run-rows.ts'
import { initialState } from './run-state.ts'
import type { Progress, RunOrigin } from './service-types.ts'
import { findTarget, type Target } from './targets.ts'
import { planOf } from './validate.ts'

/** A pipeline as a cluster begins it by itself, again and again. It can be kept as JSON. */
export type PushedPipeline = Pick<RunRow, 'pipeline' | 'digest' | 'target' | 'file' | 'definition' | 'frozen'> & {
  /** Differs where anything does that a run would be begun with. */
  readonly fingerprint: string
  /** False where there is no code to be brought to its steps. */
  readonly hasCode: boolean
}

export type PushRequest = { readonly file: string; readonly parameters: Parameters; readonly target: string }

/** A Workflow that a cluster began by itself. Times are epoch ms. */
export type BegunWorkflow = { readonly name: string; readonly uid: string; readonly createdAt: number }

/** Runs that clusters begin by themselves. */
export type ScheduledRuns = {
  isCluster(target: string): boolean
  /**
   * Freezes a pipeline for a cluster as `start` does, but with nothing left out that is cached, and gives the cluster's
   * bucket and registry what its runs will need. Null where the fingerprint is the known one: then nothing was asked of
   * the cluster. Throws the Problems of `start`.
   */
  push(request: PushRequest, known: string | null, progress: Progress): Promise<PushedPipeline | null>
  /** The code of what was pushed; undefined where it is not kept any more. */
  snapshotOf(pushed: Pick<PushedPipeline, 'frozen'>): CodeSnapshot | undefined
  /** The id that a Workflow has as a run here: the same each time, in order with others by when it was created. */
  runOf(workflow: BegunWorkflow): string
  /** Follows a Workflow as a run. Safe to repeat: there is one run. */
  adopt(pushed: PushedPipeline, workflow: BegunWorkflow, createdBy: string): void
}

type Options = Omit<
  FreezeOptions,
  'target' | 'parameters' | 'parameterTexts' | 'cache' | 'resumes' | 'onLine' | 'signal'
> & { readonly begin: (run: AdoptedRun, frozen: Frozen) => RunView }

/** A run that has begun elsewhere. */
export type AdoptedRun = Omit<PushedPipeline, 'frozen' | 'fingerprint' | 'hasCode'> & {
  readonly origin: RunOrigin
  readonly createdAt: number
}

export function openScheduledRuns(options: Options): ScheduledRuns {
  const { store, targets } = options
  const runOf = ({ uid, createdAt }: BegunWorkflow): string => idFrom<'run'>(createdAt, sha256(uid))
  return {
    isCluster: (target) => targets.get(target)?.kind === 'cluster',
    push: (request, known, progress) => push(request, known, { ...options, ...progress }),
    runOf,
    snapshotOf: ({ frozen }) => store.snapshot(frozen.code),
    adopt({ frozen: pushed, fingerprint: _fingerprint, hasCode: _hasCode, ...run }, workflow, createdBy) {
      const { name, uid, createdAt } = workflow
      const snapshot = store.snapshot(pushed.code)
      if (snapshot === undefined) throw new Error(`no code snapshot ${pushed.code}`)
      const frozen = { ...pushed, sent: { name, uid, at: createdAt } }
      const origin = { id: runOf(workflow), createdBy }
      options.begin({ ...run, origin, createdAt }, { frozen, snapshot, bound: boundOf({ ...run, frozen }) })
    },
  }
}

/** The plan of what was pushed, with its parameters filled in. */
export function boundOf({ definition, frozen }: Pick<PushedPipeline, 'definition' | 'frozen'>): BoundPlan {
  return bindPlan(planOf(definition), frozen.parameters)
}

async function push(
  { file, parameters: given, target: name }: PushRequest,
  known: string | null,
  options: Options & Progress,
): Promise<PushedPipeline | null> {
  const pipeline = await readPipelineFile(file)
  const wish = { ...options, parameters: given, parameterTexts: {}, cache: true, resumes: null }
  const { parameters, bound } = await bindRequest(pipeline, { ...wish, target: name })
  const target = findTarget(options.targets, name)
  if (target.kind !== 'cluster') throw new Error(`${name} is no cluster`)
  const { frozen: asked, snapshot } = await gather(pipeline, parameters, { ...wish, target })
  const { digest, definition } = pipeline.plan
  const fingerprint = fingerprintOf(digest, asked, target)
  if (fingerprint === known) return null
  await target.check()
  const nothing = { state: initialState(bound), missed: [] }
  const { frozen } = await forTarget({ frozen: asked, snapshot, bound }, { ...wish, target, digest }, () => nothing)
  options.signal?.throwIfAborted()
  options.store.keepSnapshot(snapshot, options.now())
  const hasCode = snapshot.files.length + snapshot.links.length > 0
  const { file: path } = pipeline
  return { pipeline: definition.name, digest, target: name, file: path, definition, frozen, fingerprint, hasCode }
}

function fingerprintOf(digest: string, frozen: FrozenRun, target: Extract<Target, { kind: 'cluster' }>): string {
  const { parameters, facts, code, environments, parallelism } = frozen
  const whole = { digest, parameters, facts, code, environments, parallelism, target: target.digest }
  return digestOfJson(whole)
}
