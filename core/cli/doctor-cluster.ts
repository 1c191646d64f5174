import { clientOf, findCore } from '#core/attach/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { LocalClusterForm, type ClusterCheck } from '#core/contract/local-clusters.ts'
import type { Check } from './doctor-checks.ts'
import { plainText } from './text.ts'

/** The local clusters as a core that runs sees them; where there is none, whether one could be made. */
export async function clusterChecks(home: string): Promise<Check[]> {
  const core = await findCore(home)
  const rows = core === undefined ? [] : await toldBy(clientOf(core, home))
  return rows.length > 0 ? rows : [await checkOfMachine(home)]
}

/** None also where the core has just ended, or is of a version without clusters. */
async function toldBy(client: Client): Promise<Check[]> {
  try {
    const { clusters } = await client.listClusters()
    return clusters.map(({ name, state, reason }) => {
      const isWell = reason === null || state === 'ready' || state === 'stopped'
      const found = `${name} is ${state}${reason === null ? '' : `: ${plainText(reason)}`}`
      const fix = isWell ? null : `see minisub cluster status ${name}`
      return { name: 'local cluster', status: isWell ? 'ok' : 'warning', found, fix }
    })
  } catch (error) {
    if (isProblem(error)) return []
    throw error
  }
}

/** Whether a local cluster of the usual kind could be made here; `minisub cluster check` tells more. */
async function checkOfMachine(home: string): Promise<Check> {
  // Loaded here alone: it brings the library of container engines.
  const { checkHere } = await import('#core/local-cluster-check.ts')
  try {
    // kind can be downloaded, so that it is missing is no fault of this machine.
    const { checks } = await checkHere(home, LocalClusterForm.parse({ download: true }))
    return summary(checks)
  } catch (error) {
    if (!isProblem(error)) throw error
    // Cause and fix are one sentence, as of every Problem.
    const [cause = '', fix = ''] = error.message.split(/: (?=[^:]*$)/)
    return { name: 'local cluster', status: 'warning', found: `is not known: ${cause}`, fix }
  }
}

/** One row of all checks. What stops a cluster is a warning here: all else works without one. */
function summary(checks: readonly ClusterCheck[]): Check {
  const name = 'local cluster'
  const [errors, warnings] = (['error', 'warning'] as const).map((level) => checks.filter((it) => it.level === level))
  if (errors !== undefined && errors.length > 0) return { name, status: 'warning', ...told('cannot be made', errors) }
  if (warnings !== undefined && warnings.length > 0) {
    return { name, status: 'warning', ...told('can be made', warnings) }
  }
  return { name, status: 'ok', found: 'can be made: minisub cluster create', fix: null }
}

function told(what: string, checks: readonly ClusterCheck[]): Pick<Check, 'found' | 'fix'> {
  const fixes = checks.flatMap(({ fix }) => (fix === null ? [] : [fix]))
  return { found: `${what}: ${checks.map(({ found }) => found).join('; ')}`, fix: fixes.join('; ') }
}
