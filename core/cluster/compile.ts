import { canonicalJson, type Json } from '#core/base/json.ts'
import { sha256 } from '#core/files/index.ts'
import { WORK_VOLUME } from './compile-container.ts'
import { contextOf } from './compile-context.ts'
import { DIGEST_ANNOTATION, labelsOf } from './compile-labels.ts'
import { checkLimits, sizesOf } from './compile-limits.ts'
import { NEVER, ROOT } from './compile-names.ts'
import { filled, type Template } from './compile-shapes.ts'
import { graphTemplate, splitTasks } from './compile-split.ts'
import { compileStep } from './compile-tasks.ts'
import type { ArgoObject, Compiled, CompileInput } from './types.ts'

const KEPT_SECONDS = 14 * 24 * 60 * 60
/** From a pod's deletion to its killing: twice what the runner gives its command. */
const GRACE_SECONDS = 20
const ARCH_LABEL = 'kubernetes.io/arch'

/**
 * A run, or a pipeline, as an object of Argo that means the same. Pure: the same input gives the same bytes. Throws
 * Problem `workflow_too_large`, `invalid_value` (labels) and `image_platform`.
 */
export function compileWorkflow(input: CompileInput): Compiled {
  const compiled = assembleWorkflow(input)
  checkLimits(sizesOf(compiled.object), input.limits)
  return compiled
}

/** The same for who looks at the limits himself; where tasks cannot be split it throws `workflow_too_large` too. */
export function assembleWorkflow(input: CompileInput): Compiled {
  const context = contextOf(input)
  const { open, doomed } = context.fates
  if (open.length === 0) throw new Error('every step is final: there is nothing to send')
  const steps = open.map((step) => compileStep(step, context))
  const { tasks, templates } = splitTasks(
    steps.map(({ task }) => task),
    input.limits.tasks,
  )
  const never: Template[] = doomed.size === 0 ? [] : [{ name: NEVER, suspend: { duration: '0' } }]
  const all = [graphTemplate(ROOT, tasks), ...templates, ...steps.flatMap((step) => step.templates), ...never]
  const object = objectOf(input, specOf(input, all))
  return {
    object,
    needed: [...context.needed.values()],
    tasks: new Map(open.map((step, i) => [steps[i]?.task.name ?? '', step.bound.planned.name])),
  }
}

function specOf(input: CompileInput, templates: readonly Template[]): Record<string, unknown> {
  const { profile, artifactRepository, parallelism } = input
  const pods = { terminationGracePeriodSeconds: GRACE_SECONDS, enableServiceLinks: false }
  const secret = profile.imagePullSecret
  return filled({
    entrypoint: ROOT,
    serviceAccountName: profile.serviceAccount,
    archiveLogs: true,
    podGC: { strategy: 'OnPodCompletion' },
    ttlStrategy: { secondsAfterCompletion: KEPT_SECONDS },
    artifactRepositoryRef: artifactRepository,
    parallelism,
    nodeSelector: nodeSelectorOf(profile),
    tolerations: profile.tolerations,
    imagePullSecrets: secret === undefined ? [] : [{ name: secret }],
    podMetadata: { labels: labelsOf(input) },
    podSpecPatch: JSON.stringify(pods),
    volumes: [WORK_VOLUME],
    templates,
  })
}

/** Nodes of the platform that the images are for; what the target says of nodes counts more. */
function nodeSelectorOf({ platform, nodeSelector }: CompileInput['profile']): Record<string, string> {
  return { [ARCH_LABEL]: platform.slice('linux/'.length), ...nodeSelector }
}

function objectOf(input: CompileInput, spec: Record<string, unknown>): ArgoObject {
  const { run, pipelineDigest, state } = input
  const pipeline = state.plan.plan.definition.name
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: run === null ? 'WorkflowTemplate' : 'Workflow',
    metadata: {
      name: run ?? templateName(pipeline, spec),
      labels: labelsOf(input),
      annotations: { [DIGEST_ANNOTATION]: pipelineDigest },
    },
    spec,
  }
}

/** Of a WorkflowTemplate: the hash of what it holds is in it. */
export function templateName(pipeline: string, spec: Readonly<Record<string, unknown>>): string {
  return `${pipeline}-${sha256(canonicalJson(JSON.parse(JSON.stringify(spec)) as Json)).slice(0, 10)}`
}
