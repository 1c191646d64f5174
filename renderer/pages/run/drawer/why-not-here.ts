import type { TargetView } from '#core/contract/routes-targets.ts'
import type { StepDetail } from '#core/contract/run.ts'

type Target = Pick<TargetView, 'name' | 'status' | 'reason'>

/** Why no place of this machine can run a step: its environment is an image, and no engine answers; null where one can. */
export function whyNotHere(
  { environment }: Pick<StepDetail, 'environment'>,
  targets: readonly Target[] | undefined,
): string | null {
  if (environment === null || environment.kind === 'python') return null
  const docker = targets?.find(({ name }) => name === 'docker')
  if (docker === undefined || docker.status === 'ready') return null
  return `Its environment is an image, and no container engine answers here: ${docker.reason ?? docker.status}`
}
