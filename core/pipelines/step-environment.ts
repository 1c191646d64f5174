import type { BuiltEnvironment } from '#core/environments/index.ts'
import type { AttemptTask } from './executor.ts'

/** From the host a step sees only these, so that laptop and cluster differ as little as can be. */
const FROM_HOST = [
  'LANG',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
]
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

type Options = {
  readonly task: AttemptTask
  readonly folders: { readonly inputs: string; readonly outputs: string; readonly home: string }
  /** The step's own variables, secrets included: they win over all but MINISUB_*. */
  readonly env: Readonly<Record<string, string>>
}

/** What every step sees, wherever it runs; in a container it is laid over the variables of the image. */
export function stepEnvironment({ task, folders, env }: Options): Record<string, string> {
  return {
    HOME: folders.home,
    ...env,
    MINISUB_INPUTS: folders.inputs,
    MINISUB_OUTPUTS: folders.outputs,
    MINISUB_RUN_ID: task.run,
    MINISUB_STEP: task.step.bound.planned.name,
    MINISUB_ATTEMPT: String(task.attempt),
    ...(task.item === null ? {} : { MINISUB_ITEM: String(task.item) }),
  }
}

/** What a process gets of this machine and of its environment. */
export function hostEnvironment(built: BuiltEnvironment | null): Record<string, string> {
  const host = Object.fromEntries(
    FROM_HOST.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const path = process.env['PATH'] ?? DEFAULT_PATH
  return { ...host, PATH: built === null ? path : `${built.binFolder}:${path}`, ...built?.env }
}
