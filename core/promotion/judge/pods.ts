import { parse } from 'yaml'
import { z } from 'zod'
import { isJsonObject, without } from './json-object.ts'
import { Labels, PodContainer, PodSpec, Tolerations, Volume, type Resources, type SecurityContext } from './pod-spec.ts'
import { merged } from './merged.ts'

/** A pod that Argo would make for a step. */
export type StepPod = {
  readonly step: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: PodSpec
}

/** What Argo adds to every pod, as its controller is set up. */
export type Executor = {
  readonly image: string | undefined
  readonly resources: Resources
  readonly securityContext: SecurityContext | undefined
}

const Shared = z.looseObject({
  serviceAccountName: z.string().optional(),
  nodeSelector: Labels,
  tolerations: Tolerations,
  affinity: z.looseObject({}).optional(),
  volumes: z.array(Volume).default([]),
  securityContext: z.looseObject({}).optional(),
  podSpecPatch: z.string().optional(),
})
const Template = Shared.extend({
  name: z.string(),
  priorityClassName: z.string().optional(),
  activeDeadlineSeconds: z.coerce.number().optional(),
  container: PodContainer.optional(),
  script: PodContainer.optional(),
  containerSet: z.object({ containers: z.array(PodContainer) }).optional(),
  sidecars: z.array(PodContainer).default([]),
  initContainers: z.array(PodContainer).default([]),
  metadata: z.object({ labels: Labels }).prefault({}),
})
const Spec = Shared.extend({
  podPriorityClassName: z.string().optional(),
  imagePullSecrets: z.array(z.looseObject({ name: z.string() })).default([]),
  podMetadata: z.object({ labels: Labels }).prefault({}),
  artifactRepositoryRef: z.object({ configMap: z.string() }).optional(),
  templates: z.array(Template).default([]),
})
type Spec = z.infer<typeof Spec>
type Template = z.infer<typeof Template>

/** The ConfigMap with the place of artifacts that a compiled object names. */
export function repositoryOf(spec: unknown): string | undefined {
  return Spec.parse(spec).artifactRepositoryRef?.configMap
}

/**
 * The pods of a compiled object, one a step: those of a fan-out are alike. `executor`: what Argo adds, null where it is not
 * known; its containers are there without resources then.
 */
export function podsOf(
  spec: unknown,
  { templates, executor }: { readonly templates: ReadonlyMap<string, string>; readonly executor: Executor | null },
): StepPod[] {
  const all = Spec.parse(spec)
  return all.templates.flatMap((template) => {
    const step = templates.get(template.name)
    const own = containersOf(template)
    if (step === undefined || own.length === 0) return []
    const labels = { ...all.podMetadata.labels, ...template.metadata.labels }
    return [{ step, labels, spec: podSpec(all, { template, own, executor }) }]
  })
}

function containersOf({ container, script, containerSet, sidecars }: Template): PodContainer[] {
  const main = container ?? script
  const set = (containerSet?.containers ?? []).map((it) => PodContainer.parse(without(it, 'dependencies')))
  return [...(main === undefined ? set : [{ ...main, name: 'main' }]), ...sidecars]
}

type Parts = { readonly template: Template; readonly own: readonly PodContainer[]; readonly executor: Executor | null }

/** What a template says counts more than what its object says, as Argo has it. */
function podSpec(all: Spec, { template, own, executor }: Parts): PodSpec {
  const named = new Map([...all.volumes, ...template.volumes].map((volume) => [volume.name, volume]))
  const pod = {
    restartPolicy: 'Never',
    serviceAccountName: template.serviceAccountName ?? all.serviceAccountName,
    nodeSelector: orElse(template.nodeSelector, all.nodeSelector),
    tolerations: orElse(template.tolerations, all.tolerations),
    affinity: template.affinity ?? all.affinity,
    imagePullSecrets: all.imagePullSecrets,
    priorityClassName: template.priorityClassName ?? all.podPriorityClassName,
    activeDeadlineSeconds: template.activeDeadlineSeconds,
    securityContext: template.securityContext ?? all.securityContext,
    volumes: [...named.values()],
    initContainers: [argoContainer('init', executor), ...template.initContainers],
    containers: [argoContainer('wait', executor), ...own],
  }
  const patches = [all.podSpecPatch, template.podSpecPatch].map((patch): unknown => parse(patch ?? '{}'))
  return PodSpec.parse(patches.filter(isJsonObject).reduce<object>(merged, pod))
}

function orElse<Value extends object>(own: Value, shared: Value): Value {
  return Object.keys(own).length > 0 ? own : shared
}

function argoContainer(name: string, executor: Executor | null): object {
  const { image = 'argoexec', resources = {}, securityContext } = executor ?? {}
  return { name, image, resources, ...(securityContext === undefined ? {} : { securityContext }) }
}
