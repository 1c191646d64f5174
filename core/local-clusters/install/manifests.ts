import { stringify } from 'yaml'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { argoKind } from './argo-kinds.ts'
import { controllerObjects } from './controller.ts'
import type { InstallPlan } from './plan.ts'
import { namespaceObjects, registryObjects, runObjects } from './run-objects.ts'
import { storeObjects } from './store-objects.ts'

/** All objects of a plan, in an order in which they can be applied. */
export function manifestsOf(plan: InstallPlan): KubeObject[] {
  return [
    ...namespaceObjects(plan),
    ...plan.kinds.map(argoKind),
    ...registryObjects(plan),
    ...runObjects(plan),
    ...storeObjects(plan),
    ...controllerObjects(plan),
  ]
}

/** Objects as YAML that kubectl takes, with a text in place of each value of a Secret. */
export function renderYaml(objects: readonly KubeObject[]): string {
  return objects
    .map((object) => `---\n${stringify(masked(object), { lineWidth: 0, aliasDuplicateObjects: false })}`)
    .join('')
}

function masked(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object
  const { data, ...rest } = object
  const keys = Object.keys(data as object)
  return { ...rest, stringData: Object.fromEntries(keys.map((key) => [key, `put the value of ${key} here`])) }
}
