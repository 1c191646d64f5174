import { failed, passed, warning, type Finding } from '#core/cluster-facts/index.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { CheckId } from './checks.ts'
import { objectKey, type Facts } from './facts.ts'
import type { JudgeInput } from './input.ts'
import type { StepPod } from './pods.ts'
import { referencesOf, type NamedKind, type Reference } from './read-objects.ts'
import { isForHost, registryHost } from './registry-hosts.ts'
import { told, toldOfSteps, unseen, type StepFinding } from './told.ts'

const ID_OF: Readonly<Record<NamedKind, CheckId>> = {
  Secret: 'secrets',
  ConfigMap: 'config-map',
  PersistentVolumeClaim: 'volume-claim',
  PriorityClass: 'priority-class',
  RuntimeClass: 'runtime-class',
}
type Known = Pick<Facts, 'objects'> & { readonly pods: readonly StepPod[] }

/** A check for each kind of objects that pods name: that they are there, with the keys that are taken from them. */
export function judgeObjects({ objects, pods }: Known, namespace: string): PlanCheck[] {
  const named = pods.flatMap(({ step, spec }) => referencesOf(spec).map((reference) => ({ step, reference })))
  return Object.entries(ID_OF).flatMap(([kind, id]) => {
    const own = distinct(named.filter(({ reference }) => reference.kind === kind))
    if (own.length === 0) return []
    const found = own.flatMap(({ step, reference }): StepFinding[] => {
      const finding = referenceFinding(reference, objects, namespace)
      return finding === null ? [] : [{ step, finding }]
    })
    const seconds = Math.max(0, ...own.map(({ reference }) => objects.get(objectKey(reference))?.seconds ?? 0))
    const names = [...new Set(own.map(({ reference }) => reference.name))].join(', ')
    return toldOfSteps(id, found, { good: passed(names), seconds })
  })
}

function distinct<Named extends { readonly step: string; readonly reference: Reference }>(
  all: readonly Named[],
): Named[] {
  const keyOf = ({ step, reference }: Named): string => `${step} ${objectKey(reference)} ${reference.key ?? ''}`
  return [...new Map(all.map((it) => [keyOf(it), it])).values()]
}

/** Null where it is there, or the push makes it. */
function referenceFinding(
  { kind, name, key }: Reference,
  objects: Facts['objects'],
  namespace: string,
): Finding | null {
  const looked = objects.get(objectKey({ kind, name }))
  if (looked === undefined) return null
  if (looked.problem !== undefined) {
    if (looked.problem.code !== 'not_found') return unseen(looked.problem, `get the right to get ${kind} ${name}`)
    const withKey = key === null ? '' : `, with the key ${key}`
    return failed(`there is no ${kind} ${name}`, `${makeFix({ kind, name, key }, namespace)}${withKey}`)
  }
  if (key === null || looked.value.keys.has(key)) return null
  const found = `the ${kind} ${name} has no key ${key}${keysText(looked.value.keys)}`
  const here = kind === 'Secret' ? `, or set it here with \`minisub secret set ${name} ${key}\`` : ''
  return failed(found, `add it with \`kubectl --namespace ${namespace} edit ${kind.toLowerCase()} ${name}\`${here}`)
}

function keysText(keys: ReadonlySet<string>): string {
  return keys.size === 0 ? ': it is empty' : `, only ${[...keys].toSorted().join(', ')}`
}

function makeFix({ kind, name, key }: Reference, namespace: string): string {
  switch (kind) {
    case 'Secret': {
      const here = key === null ? '' : `set it here with \`minisub secret set ${name} ${key}\`, or `
      return `${here}make it with \`kubectl --namespace ${namespace} create secret generic ${name}\``
    }
    case 'ConfigMap':
      return `make it with \`kubectl --namespace ${namespace} create configmap ${name}\``
    case 'PersistentVolumeClaim':
      return `have the claim ${name} made in ${namespace}`
    case 'PriorityClass':
    case 'RuntimeClass':
      return `have it made by an administrator, or name another one`
  }
}

/** That images can be pulled with the Secret of the target; none where it names none. */
export function judgePullSecret(
  { objects }: Pick<Facts, 'objects'>,
  { profile: { imagePullSecret, registry, namespace }, made }: Pick<JudgeInput, 'profile' | 'made'>,
): PlanCheck[] {
  if (imagePullSecret === undefined || made.secrets.has(imagePullSecret)) return []
  const looked = objects.get(objectKey({ kind: 'Secret', name: imagePullSecret }))
  if (looked === undefined) return []
  const finding = (): Finding => {
    const host = registryHost(registry)
    const make = `make it with \`kubectl --namespace ${namespace} create secret docker-registry ${imagePullSecret} --docker-server=${host}\``
    const { value, problem } = looked
    if (problem !== undefined) {
      return problem.code === 'not_found'
        ? failed(`there is no Secret ${imagePullSecret}, which the target pulls images with`, make)
        : unseen(problem, 'get the right to get secrets')
    }
    if (!value.type.startsWith('kubernetes.io/dockerc')) {
      return failed(`${imagePullSecret} is of type ${value.type}, which no image is pulled with`, make)
    }
    if (value.hosts.some((it) => isForHost(it, host))) return passed(`${imagePullSecret}, for ${host}`)
    const hosts = value.hosts.length === 0 ? 'no registry' : value.hosts.join(', ')
    return warning(`${imagePullSecret} is for ${hosts}, and the target's registry is ${host}`, make)
  }
  return [told('image-pull-secret', finding(), { seconds: looked.seconds })]
}
