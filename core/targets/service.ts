import { canonicalJson } from '#core/base/json.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { checkLine, type KubeContexts, type TargetCheck, type TargetReport } from '#core/contract/target-report.ts'
import { checkTarget } from './checks.ts'
import type { CheckDeps, Progress, TargetService } from './service-types.ts'
import { needed, type ClusterTargets } from './targets.ts'

export type TargetServiceOptions = {
  readonly targets: ClusterTargets
  readonly deps: CheckDeps
  readonly readContexts: (kubeconfig: readonly string[] | undefined) => Promise<KubeContexts>
  /** A schedule of a target, such as `the schedule wine-nightly`; undefined where there is none. */
  readonly scheduleOn: (name: string) => string | undefined
}

/** The verbs of cluster targets, for the server. */
export function openTargetService({ targets, deps, readContexts, scheduleOn }: TargetServiceOptions): TargetService {
  const show: TargetService['show'] = (name) => targets.show(name)
  return {
    profiles: () => targets.list(),
    show,
    add: async (name, profile) => {
      await refuseUnknownContext(profile, readContexts)
      return targets.add(name, profile)
    },
    edit: async (name, profile) => {
      const before = show(name).profile
      const isSame =
        before.context === profile.context && canonicalJson(before.kubeconfig) === canonicalJson(profile.kubeconfig)
      if (!isSame) await refuseUnknownContext(profile, readContexts)
      return targets.edit(name, profile)
    },
    remove: (name) => {
      show(name)
      const schedule = scheduleOn(name)
      if (schedule !== undefined) throw needed(name, schedule)
      targets.remove(name)
    },
    test: (name, progress) => report(name, { targets, deps }, progress),
    contexts: readContexts,
    onChange: (listener) => targets.onChange(listener),
  }
}

/** A kubeconfig that is not there now may be there later: a context that others are beside is misspelt. */
async function refuseUnknownContext(
  { kubeconfig, context }: ClusterProfile,
  readContexts: TargetServiceOptions['readContexts'],
): Promise<void> {
  const names = (await readContexts(kubeconfig)).contexts.map(({ name }) => name)
  if (names.length === 0 || names.includes(context)) return
  const hint = didYouMean(context, names)
  throw new Problem('cluster_config', `the kubeconfig ${kubeconfig.join(', ')} has no context ${context}${hint}`)
}

type Parts = Pick<TargetServiceOptions, 'targets' | 'deps'>

async function report(name: string, { targets, deps }: Parts, progress: Progress): Promise<TargetReport> {
  const { onLine = () => undefined, signal = new AbortController().signal } = progress
  const { profile } = targets.show(name)
  const checks: TargetCheck[] = []
  for await (const check of checkTarget(profile, { ...deps, signal })) {
    checks.push(check)
    onLine(checkLine(check))
  }
  return { target: name, ok: checks.every(({ status }) => status !== 'failed'), checks }
}
