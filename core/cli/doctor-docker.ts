import { clientOf, findCore } from '#core/attach/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import type { Check } from './doctor-checks.ts'

/** Whether runs on docker can start. */
export async function dockerCheck(home: string): Promise<Check> {
  const { status, description, reason } = await describeDocker(home)
  if (status === 'ready') return { name: 'Docker', status: 'ok', found: description, fix: null }
  // Cause and fix are one sentence, as of every Problem.
  const [cause = '', fix = ''] = (reason ?? '').split(/: (?=[^:]*$)/)
  return { name: 'Docker', status: 'warning', found: `${cause}: runs on docker cannot start`, fix }
}

/** What a running core sees, whose variables may be other ones; else what a core that is started here would. */
async function describeDocker(home: string): Promise<Omit<TargetView, 'name'>> {
  const core = await findCore(home)
  const told = core === undefined ? undefined : await dockerOf(clientOf(core, home))
  if (told !== undefined) return told
  // Loaded here alone: the library of container engines is large.
  const docker = await import('#core/docker-target.ts')
  return docker.describeDocker(home)
}

/** Undefined where the core has just ended, or is of a version without targets. */
async function dockerOf(client: Client): Promise<TargetView | undefined> {
  try {
    return (await client.listTargets()).targets.find(({ name }) => name === 'docker')
  } catch (error) {
    if (isProblem(error)) return undefined
    throw error
  }
}
