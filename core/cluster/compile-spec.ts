import { RUNNER_HAZARDS, type PodProducer, type PodSpec } from '#core/attempts/index.ts'
import type { StepState } from '#core/pipelines/index.ts'
import { dataOf, fileOf, recordsOf, type PodArtifact } from './compile-artifacts.ts'
import { imageOf } from './compile-container.ts'
import { stepNamed, type CompileContext } from './compile-context.ts'
import { inputsOf, isData, partsOf, sourcesOf, type SpecScope, type StepReference } from './compile-sources.ts'

/** From asking a command to stop to killing it. */
const GRACE_MS = 10_000

/** What the runner of a step is told, and all that comes to it from elsewhere. */
export type StepPod = {
  readonly spec: PodSpec
  /** From other steps: each task names them. */
  readonly fromSteps: readonly PodArtifact[]
  /** Files beside the document. */
  readonly files: readonly PodArtifact[]
}

/** Turns one step into what its pods are told: constants, and where everything else comes from. */
export function stepPod(step: StepState, context: CompileContext): StepPod {
  const { planned, command, env, forEach } = step.bound
  const { definition } = planned
  const sources = sourcesOf(step)
  const producers = [...new Set(sources.map((it) => it.step))].map((name) => producerOf(name, { step, context }))
  const numbers = new Map(producers.map(({ producer }, index) => [producer.step, index]))
  const scope: SpecScope = { context, step, numberOf: (name) => numbers.get(name) ?? -1 }
  const own = [...env].map(([name, template]) => [name, partsOf(template, scope)] as const)
  const files = filesOf(step, context)
  const spec: PodSpec = {
    version: 1,
    step: planned.name,
    command: command.map((template) => partsOf(template, scope)),
    env: Object.fromEntries(own),
    secrets: Object.fromEntries(Object.keys(definition.secrets).map((name, index) => [name, index])),
    each: forEach.map(({ variable }) => variable),
    producers: producers.map(({ producer }) => producer),
    inputs: inputsOf(scope),
    outputs: definition.outputs,
    parameters: [...(context.carried.get(planned.name) ?? [])].toSorted(),
    hasCode: context.input.code !== null,
    imageEnv: hazardsOf(step, context),
    timeoutMs: definition.timeoutMs,
    graceMs: GRACE_MS,
    ...(context.input.tracks ? { tracking: { experimentName: context.state.plan.plan.definition.name } } : {}),
  }
  const records = producers.flatMap(({ artifact }) => (artifact === null ? [] : [artifact]))
  return { spec, fromSteps: [...records, ...dataArtifacts(sources, scope)], files }
}

/** Whether a task that starts can find this step skipped. */
function mayBeSkipped(name: string, { step, context }: Pick<SpecScope, 'step' | 'context'>): boolean {
  if (context.fates.statuses.get(name) === 'Succeeded') return false
  return !step.bound.planned.edges.some((edge) => edge.step === name && edge.condition === 'succeeded')
}

function producerOf(
  name: string,
  scope: Pick<SpecScope, 'step' | 'context'>,
): {
  readonly producer: PodProducer
  readonly artifact: PodArtifact | null
} {
  const { step, context } = scope
  const upstream = stepNamed(context, name)
  const isOptional = mayBeSkipped(name, scope)
  const status = isOptional ? (context.fates.statuses.get(name) ?? null) : 'Succeeded'
  const isRead = sourcesOf(step).some((it) => it.step === name && it.kind !== 'status')
  const isThere = status === null || status === 'Succeeded'
  const artifact = isRead && isThere ? recordsOf(upstream, isOptional, context) : null
  const isFanOut = upstream.bound.forEach.length > 0
  return { producer: { step: name, isFanOut, status, records: artifact?.name ?? null }, artifact }
}

function dataArtifacts(sources: readonly StepReference[], scope: SpecScope): PodArtifact[] {
  const artifacts = sources.flatMap((it) => {
    if (it.kind === 'status' || !isData(it, scope)) return []
    const isOptional = mayBeSkipped(it.step, scope)
    return [dataOf(stepNamed(scope.context, it.step), it.output, { isOptional, context: scope.context })]
  })
  return [...new Map(artifacts.map((it) => [it.name, it])).values()]
}

function filesOf({ bound }: StepState, context: CompileContext): PodArtifact[] {
  const files = context.input.files[bound.planned.name] ?? {}
  return [...bound.planned.inputs].flatMap(([name, { kind }]) => {
    const record = kind === 'expression' ? undefined : files[name]
    return record === undefined ? [] : [fileOf(name, record, context)]
  })
}

/** What the image sets that the runner itself must not have. */
function hazardsOf(step: StepState, context: CompileContext): Record<string, string> {
  const { env } = imageOf(step, context)
  return Object.fromEntries(RUNNER_HAZARDS.flatMap((name) => (name in env ? [[name, env[name] ?? '']] : [])))
}
