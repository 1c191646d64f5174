import type { LocalClusterDeps } from './deps.ts'
import { ownTarget, refuseUsed, removeContexts, removeFiles, removeFromEngine, removeTarget } from './remove.ts'
import type { JobPlan, JobStep } from './types.ts'

/** How a cluster is removed. The row goes last, so that a core that is killed is followed by one that goes on. */
export function deletePlan(deps: LocalClusterDeps, { force }: { readonly force: boolean }): JobPlan {
  const steps: JobStep[] = [
    {
      id: 'runs',
      title: 'End what runs on it',
      usual: 2,
      run: async ({ cluster, update, signal }) => {
        const { name } = cluster()
        if (force && ownTarget(deps, name) !== undefined) await deps.endRuns(name, signal)
        refuseUsed(deps, name)
        update({ state: 'deleting' })
      },
    },
    {
      id: 'target',
      title: 'Forget the target',
      usual: 1,
      run: async ({ cluster }) => removeTarget(deps, cluster()),
    },
    {
      id: 'engine',
      title: 'Remove containers, volumes and the network',
      usual: 5,
      run: async ({ cluster, log }) => removeFromEngine(deps, cluster().name, log),
    },
    {
      id: 'files',
      title: 'Remove its files',
      usual: 1,
      run: async ({ cluster, forget, log }) => {
        await removeContexts(deps, cluster(), log)
        await removeFiles(deps, cluster().name)
        forget()
      },
    },
  ]
  return { steps }
}
