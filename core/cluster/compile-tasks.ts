import { isFanOut, type StepState } from '#core/pipelines/index.ts'
import type { CompileContext } from './compile-context.ts'
import { dependsOf, whenOf } from './compile-edges.ts'
import { itemsOf, type Items } from './compile-items.ts'
import { given, leafTemplate, statusesOf } from './compile-leaf.ts'
import { fanOutName, ITEM, NEVER, parameterName, statusName, taskName } from './compile-names.ts'
import { filled, type Artifact, type DagTask, type Parameter, type Template } from './compile-shapes.ts'
import { stepPod, type StepPod } from './compile-spec.ts'
import { statusOf } from './compile-values.ts'

/** One step: its task in the graph, and the templates that only it uses. */
export type CompiledStep = { readonly task: DagTask; readonly templates: readonly Template[] }

/** The task of a step that is not final, with its pods or, of a fan-out, the items above them. */
export function compileStep(step: StepState, context: CompileContext): CompiledStep {
  const { name } = step.bound.planned
  const shared = { name: taskName(name), ...filled({ depends: dependsOf(step, context), when: whenOf(step, context) }) }
  if (context.fates.doomed.has(name)) return { task: { ...shared, template: NEVER }, templates: [] }
  const pod = stepPod(step, context)
  const leaf = leafTemplate(step, pod, context)
  const artifacts = pod.fromSteps.map((it) => given(it, context))
  const statuses = statusesOf(pod.spec).map((index) => {
    const producer = pod.spec.producers[index]?.step ?? ''
    return { name: statusName(index), value: `{{=${statusOf(producer)}}}` }
  })
  if (!isFanOut(step)) {
    return { task: { ...shared, template: leaf.name, ...withArguments(statuses, artifacts) }, templates: [leaf] }
  }
  const items = itemsOf(step, context)
  const parameters = [
    { name: 'items', value: items.items },
    ...(items.indices === null ? [] : [{ name: 'indices', value: items.indices }]),
    ...statuses,
  ]
  const task = { ...shared, template: fanOutName(name), ...withArguments(parameters, []) }
  return { task, templates: [fanOutTemplate(step, { pod, leaf, artifacts, items }), leaf] }
}

function withArguments(parameters: readonly Parameter[], artifacts: readonly Artifact[]): Pick<DagTask, 'arguments'> {
  return filled({ arguments: filled({ parameters, artifacts }) })
}

type FanOut = {
  readonly pod: StepPod
  readonly leaf: Template
  readonly artifacts: readonly Artifact[]
  readonly items: Items
}

/** The graph of the items: the same task once for each. Its outputs cannot fail, which would make Argo wait for ever. */
function fanOutTemplate(step: StepState, { pod, leaf, artifacts, items }: FanOut): Template {
  const { name, definition } = step.bound.planned
  const statuses = statusesOf(pod.spec).map(statusName)
  const at = '[asInt(item)]}}'
  const index = items.indices === null ? '{{item}}' : `{{=fromJSON(inputs.parameters.indices)${at}`
  const parameters: Parameter[] = [
    { name: 'index', value: index },
    { name: 'item', value: `{{=fromJSON(inputs.parameters.items)${at}` },
    ...statuses.map((status) => ({ name: status, value: `{{inputs.parameters.${status}}}` })),
  ]
  const own = ['items', ...(items.indices === null ? [] : ['indices']), ...statuses]
  return {
    name: fanOutName(name),
    inputs: { parameters: own.map((it) => ({ name: it })) },
    ...filled({
      outputs: filled({ parameters: pod.spec.parameters.map(gatheredOutput) }),
      parallelism: definition.parallelism ?? undefined,
    }),
    dag: {
      failFast: false,
      tasks: [
        {
          name: ITEM,
          template: leaf.name,
          withSequence: { count: '{{=len(fromJSON(inputs.parameters.items))}}' },
          ...withArguments(parameters, artifacts),
        },
      ],
    },
  }
}

function gatheredOutput(output: string): Parameter {
  const name = parameterName(output)
  return { name, valueFrom: { expression: `tasks['${ITEM}']?.outputs?.parameters?.${name} ?? '[]'` } }
}
