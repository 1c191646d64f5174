import type { BuiltEnvironment, Environments } from '#core/environments/index.ts'
import type { Workload } from '#core/runtimes/driver.ts'
import { attemptFolders, type AttemptFolders } from './attempt-folders.ts'
import { addressOf, environmentOf, resolveStep, workloadOf } from './attempt-workload.ts'
import { trackedAttempt } from './container-tracking.ts'
import type { AttemptReport, AttemptTask } from './executor.ts'
import { FolderPool } from './folder-pool.ts'
import { limitsOf } from './limits-of.ts'
import { collectOutputs } from './outputs.ts'
import { placeCode } from './place-code.ts'
import { forgetHidden, secretsToHide, takeSecrets } from './secrets.ts'
import type { Stage, StageOptions } from './stage.ts'
import { hostEnvironment, taskEnvironment } from './step-environment.ts'
import { placeStepInputs } from './step-inputs.ts'

export type ProcessStageOptions = StageOptions & { readonly environments: Environments }

type Context = ProcessStageOptions & { readonly folders: FolderPool }

/** Attempts as processes of this machine: in folders of their own, outputs taken from there. */
export function openProcessStage(options: ProcessStageOptions): Stage {
  const { home, run, recovered, snapshot, blobs } = options
  const fill = (folder: string): Promise<void> => placeCode(snapshot, folder, blobs)
  const context: Context = { ...options, folders: new FolderPool({ home, run, recovered, fill }) }
  const { folders } = context
  return {
    prepare: (task, report, signal) => prepare(context, task, { report, signal }),
    workload: (task) => workload(context, task),
    makeNext: () => folders.prepare(),
    collect: (task) =>
      collectOutputs({
        folder: foldersOf(context, task).outputs,
        declared: task.step.bound.planned.definition.outputs,
        blobs,
      }),
    release(task) {
      const { inputs, definition } = task.step.bound.planned
      forgetHidden(definition.secrets, foldersOf(context, task).control)
      // Copies of inputs may be large.
      folders.giveBack(addressOf(task), inputs.size > 0)
    },
    clear: () => folders.clear(),
  }
}

type Asked = { readonly report: AttemptReport; readonly signal: AbortSignal }

async function prepare(context: Context, task: AttemptTask, { report, signal }: Asked): Promise<Workload> {
  const { environments, frozen, now, blobs, secrets } = context
  const ensure = async (
    { lock, digest }: (typeof frozen.environments)[string],
    onLine: () => void,
  ): Promise<BuiltEnvironment> => {
    const there = await environments.ensure(lock, { signal, onLine })
    environments.recordUse(digest, task.state.plan.plan.definition.name)
    return there
  }
  const built = await environmentOf(task, { frozen, report, now, ensure })
  const { planned } = task.step.bound
  const folders = await context.folders.take(addressOf(task))
  await placeStepInputs({ task, paths: folders.paths, blobs, files: frozen.facts.files[planned.name] ?? {} })
  const { command, env } = resolveStep(task, folders.paths)
  const own = { ...env, ...(await takeSecrets(secrets, planned.definition.secrets, folders.control)) }
  return workload(context, task, {
    command,
    env: {
      ...hostEnvironment(built),
      ...(await trackingVariables(context, task, own)),
      ...taskEnvironment(task, { folders, env: own }),
    },
    limits: limitsOf(planned.definition),
  })
}

/** None for a step that names a tracking server of its own: the core's token is not for that one. */
async function trackingVariables(
  { tracking }: Context,
  task: AttemptTask,
  own: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  if (tracking === undefined || own['MLFLOW_TRACKING_URI'] !== undefined) return {}
  return tracking.variables(trackedAttempt(task))
}

/** To look at or stop an attempt, its control folder is enough. */
const NO_COMMAND = { command: [], env: {}, limits: {} }

function workload(
  context: Context,
  task: AttemptTask,
  part: Pick<Workload['parts'][number], 'command' | 'env' | 'limits'> = NO_COMMAND,
): Workload {
  const { control, code } = foldersOf(context, task)
  const own = secretsToHide(context.secrets, task.step.bound.planned.definition.secrets, control)
  const { tracking } = context
  const secrets = tracking === undefined ? own : [...own, tracking.tokenOf(trackedAttempt(task))]
  return workloadOf(task, { controlFolder: control, part: { ...part, workingFolder: code, mounts: [], secrets } })
}

function foldersOf({ home }: Context, task: AttemptTask): AttemptFolders {
  return attemptFolders(home, addressOf(task))
}
