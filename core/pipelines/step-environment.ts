import { stepEnvironment, type StepEnvironment } from '#core/attempts/index.ts'
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

/** What every step sees: see `stepEnvironment` of the attempts. */
export function taskEnvironment(task: AttemptTask, { folders, env }: Pick<StepEnvironment, 'folders' | 'env'>) {
  const { run, attempt, item, step } = task
  return stepEnvironment({ run, step: step.bound.planned.name, attempt, item, folders, env })
}

/** What a process gets of this machine and of its environment. */
export function hostEnvironment(built: BuiltEnvironment | null): Record<string, string> {
  const host = Object.fromEntries(
    FROM_HOST.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const path = process.env['PATH'] ?? DEFAULT_PATH
  return { ...host, PATH: built === null ? path : `${built.binFolder}:${path}`, ...built?.env }
}
