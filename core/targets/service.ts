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
    add: (name, profile) => targets.add(name, profile),
    edit: (name, profile) => targets.edit(name, profile),
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
