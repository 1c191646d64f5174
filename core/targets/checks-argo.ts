import { ARGO_PATH, failed, type Finding, findingOf, passed, RESOURCES, warning } from '#core/cluster-facts/index.ts'
import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import { clusterOf, orProblem, type Check, type CheckContext } from './check-context.ts'

const CALL_MS = 10_000

/** After the rights, since without the one to create Workflows nothing can be tried. */
export const ARGO_CHECK: Check = {
  id: 'argo',
  title: 'Argo Workflows',
  needs: ['namespace'],
  fix: 'have Argo Workflows 3.7 or newer installed by an administrator, with its CRDs',
  run: checkArgo,
}

const KINDS = ['workflows', 'workflowtemplates', 'cronworkflows']
const Discovery = z.object({ resources: z.array(z.object({ name: z.string() })) })

async function checkArgo(context: CheckContext): Promise<Finding> {
  const cluster = clusterOf(context)
  const options = { signal: context.signal, timeoutMs: CALL_MS }
  const answer = await orProblem(() => cluster.call('GET', ARGO_PATH, undefined, options))
  if (isProblem(answer) && answer.code === 'not_found')
    return failed('the cluster has no Argo Workflows', ARGO_CHECK.fix)
  if (isProblem(answer) && answer.code !== 'cluster_forbidden') throw answer
  if (!isProblem(answer)) {
    const names = new Set(Discovery.parse(answer).resources.map(({ name }) => name))
    const missing = KINDS.filter((kind) => !names.has(kind))
    if (missing.length > 0) return failed(`the cluster has no ${missing.join(' and no ')}`, ARGO_CHECK.fix)
  }
  if (!context.opened.rights.has('create workflows')) return warning(`${KINDS.join(', ')} are there`, NOT_TRIED)
  const tried = await orProblem(() =>
    cluster.create(RESOURCES.workflows, emptyWorkflow(context.opened.mark), { ...options, dryRun: true }),
  )
  return isProblem(tried) ? findingOf(tried, ARGO_CHECK.fix) : passed(`takes Workflows of argoproj.io/v1alpha1`)
}

const NOT_TRIED = 'get the right to create workflows, so that it can be tried'

function emptyWorkflow(name: string): object {
  const template = { name: 'nothing', suspend: {} }
  const spec = { entrypoint: template.name, suspend: true, templates: [template] }
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name }, spec }
}
