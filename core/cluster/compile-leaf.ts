import { CONTAINER, POD, type PodSpec } from '#core/attempts/index.ts'
import { isValueOutput } from '#core/contract/definition.ts'
import { sha256 } from '#core/files/index.ts'
import { isFanOut, type StepState } from '#core/pipelines/index.ts'
import type { PodArtifact } from './compile-artifacts.ts'
import { containersOf } from './compile-container.ts'
import { argoKey, type CompileContext } from './compile-context.ts'
import { parameterName, statusName, taskName } from './compile-names.ts'
import { filled, type Artifact, type InputsOrOutputs, type Parameter, type Template } from './compile-shapes.ts'
import { retryOf } from './compile-retry.ts'
import type { StepPod } from './compile-spec.ts'
import { blobKey, codeKey, endKey, outputKey, recordsKey, trackingKey } from './keys.ts'

/** How much longer than its timeout a pod may live: for its image and inputs. The runner enforces the timeout itself. */
const DEADLINE_SLACK_SECONDS = 900
/** Kubernetes takes no pod with a longer one. */
const LONGEST_DEADLINE_SECONDS = 2 ** 31 - 1
const NONE = { none: {} }

/** The template of a step's pods: one attempt, of a fan-out one attempt of one item. */
export function leafTemplate(step: StepState, pod: StepPod, context: CompileContext): Template {
  const { name, definition } = step.bound.planned
  const { timeoutMs, retry } = definition
  return {
    name: taskName(name),
    ...filled({
      inputs: inputsOf(step, pod, context),
      outputs: outputsOf(step, pod.spec, context),
      retryStrategy: retry.limit === 0 ? undefined : retryOf(retry),
      activeDeadlineSeconds: timeoutMs === null ? undefined : deadlineOf(timeoutMs),
    }),
    ...containersOf(step, pod, context),
  }
}

function deadlineOf(timeoutMs: number): number {
  return Math.min(LONGEST_DEADLINE_SECONDS, Math.ceil(timeoutMs / 1000) + DEADLINE_SLACK_SECONDS)
}

/** Parameters that a task must give to the template of a step, by number of their producers. */
export function statusesOf({ producers }: PodSpec): number[] {
  return [...producers.keys()].filter((index) => producers[index]?.status === null)
}

function inputsOf(step: StepState, { spec, files, fromSteps }: StepPod, context: CompileContext): InputsOrOutputs {
  const names = [...(isFanOut(step) ? ['index', 'item'] : []), ...statusesOf(spec).map(statusName)]
  const { code } = context.input
  const own = [
    fixed('spec', noteSpec(spec, context)),
    ...(code === null ? [] : [fixed('code', codeKey(code))]),
    ...files,
  ]
  return filled({
    parameters: names.map((name): Parameter => ({ name })),
    artifacts: [
      ...own.map((it) => ({ ...received(it), s3: { key: argoKey(context, it.key) } })),
      ...fromSteps.map(received),
    ],
  })
}

/** The spec is an object by its content, so that nothing in it passes through Argo. */
function noteSpec(spec: PodSpec, { needed }: CompileContext): string {
  // In the order of the document: what is wrong with outputs is told in it.
  const bytes = JSON.stringify(spec)
  const key = blobKey(sha256(bytes))
  needed.set(key, { key, bytes, step: spec.step })
  return key
}

function fixed(name: string, key: string): PodArtifact {
  return { name, key, isFolder: false, isOptional: false }
}

/** Readable for whatever user the image has. */
function received({ name, isFolder, isOptional }: PodArtifact): Artifact {
  return {
    name: `a-${name}`,
    path: POD.artifact(name),
    ...(isFolder ? { mode: 0o755, recurseMode: true } : { mode: 0o644 }),
    archive: NONE,
    ...(isOptional ? { optional: true } : {}),
  }
}

/** The same as the argument of a task: it alone says where the artifact lies, and whether it may be missing. */
export function given({ name, key, isOptional }: PodArtifact, context: CompileContext): Artifact {
  return {
    name: `a-${name}`,
    archive: NONE,
    ...(isOptional ? { optional: true } : {}),
    s3: { key: argoKey(context, key) },
  }
}

/** All of them may be missing: what that means is told by the end that the runner leaves. */
function outputsOf(step: StepState, { parameters }: PodSpec, context: CompileContext): InputsOrOutputs {
  const { name, definition } = step.bound.planned
  const { run } = context
  const item = isFanOut(step) ? '{{inputs.parameters.index}}' : null
  const attempt = definition.retry.limit === 0 ? 1 : '{{=asInt(retries) + 1}}'
  const left = (artifact: string, path: string, key: string): Artifact => {
    return { name: artifact, path, archive: NONE, optional: true, s3: { key: argoKey(context, key) } }
  }
  const data = Object.entries(definition.outputs).filter(([, declaration]) => !isValueOutput(declaration))
  return filled({
    parameters: parameters.map((output) => {
      return { name: parameterName(output), valueFrom: { path: POD.parameter(output) } }
    }),
    artifacts: [
      left('end', POD.end, endKey({ run, step: name, item }, attempt)),
      left('records', POD.outputs, recordsKey({ run, step: name, item })),
      ...(context.input.tracks
        ? [left('tracking', CONTAINER.tracking, trackingKey({ run, step: name, item }, attempt))]
        : []),
      ...data.map(([output]) =>
        left(`o-${output}`, `${CONTAINER.outputs}/${output}`, outputKey({ run, step: name, item }, output)),
      ),
    ],
  })
}
