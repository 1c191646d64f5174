import { Problem } from '#core/base/problem.ts'
import type { CompileInput } from './types.ts'

const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

export const MANAGER_LABEL = 'app.kubernetes.io/managed-by'
export const MANAGER = 'mini-submarine'
export const PIPELINE_LABEL = 'mini-submarine/pipeline'
const RUN_LABEL = 'mini-submarine/run'
export const DIGEST_ANNOTATION = 'mini-submarine/pipeline-digest'

/** Of the object and of every pod. Throws Problem `invalid_value` for what Kubernetes would refuse. */
export function labelsOf({ state, run, labels, profile }: CompileInput): Record<string, string> {
  const all = {
    ...profile.labels,
    ...labels,
    [MANAGER_LABEL]: MANAGER,
    [PIPELINE_LABEL]: state.plan.plan.definition.name,
    ...(run === null ? {} : { [RUN_LABEL]: run }),
  }
  for (const [key, value] of Object.entries(all)) {
    if (KEY.test(key) && VALUE.test(value)) continue
    throw new Problem(
      'invalid_value',
      `the label "${key}" with the value "${value}" is none that Kubernetes takes: at most 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends; change it in the target`,
    )
  }
  return all
}
