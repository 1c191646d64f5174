import type { Looked } from '#core/base/looked.ts'
import { RESOURCES } from '#core/cluster-facts/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { keyOf, without } from './json-object.ts'
import type { PodContainer, PodSpec } from './pod-spec.ts'
import type { StepPod } from './pods.ts'

/** So many dry runs at once. */
const AT_ONCE = 8

/** The same for pods that a cluster cannot but judge alike: they differ in what they run, not in what they ask for. */
export function shapeOf({ labels, spec }: StepPod): string {
  const asked = (container: PodContainer): object => without(container, 'name', 'env', 'envFrom', 'command', 'args')
  const { containers, initContainers, ...rest } = spec
  const shape = {
    ...rest,
    labels,
    containers: containers.map(asked),
    initContainers: initContainers.map(asked),
  }
  return keyOf(shape)
}

type Read = (work: (signal: AbortSignal) => Promise<KubeObject>) => Promise<Looked<KubeObject>>

/** Each distinct shape of pods once, as dry runs. Argo's own containers are tried where their image is known. */
export async function tryPods(
  cluster: Cluster,
  {
    pods,
    knowsExecutor,
    read,
  }: { readonly pods: readonly StepPod[]; readonly knowsExecutor: boolean; readonly read: Read },
): Promise<Map<string, Looked<KubeObject>>> {
  const shapes = [...new Map(pods.map((pod) => [shapeOf(pod), pod]))]
  const tried = new Map<string, Looked<KubeObject>>()
  for (let first = 0; first < shapes.length; first += AT_ONCE) {
    const some = shapes.slice(first, first + AT_ONCE).map(async ([shape, pod]) => {
      const object = podObject(pod, knowsExecutor)
      tried.set(shape, await read((signal) => cluster.create(RESOURCES.pods, object, { dryRun: true, signal })))
    })
    await Promise.all(some)
  }
  return tried
}

function podObject({ labels, spec }: StepPod, knowsExecutor: boolean): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'minisub-judge-', labels },
    spec: knowsExecutor ? spec : withoutArgo(spec),
  }
}

/** A policy about images would refuse an image that is a guess. */
function withoutArgo({ containers, initContainers, ...spec }: PodSpec): PodSpec {
  const isOwn = ({ name }: PodContainer): boolean => name !== 'wait' && name !== 'init'
  return { ...spec, containers: containers.filter(isOwn), initContainers: initContainers.filter(isOwn) }
}
