import { isFanOut, type BoundControl, type BoundStep, type RunState, type StepState } from '#core/pipelines/index.ts'
import { fatesOf, type Fates } from './compile-fates.ts'
import type { CompileInput, NeededObject } from './types.ts'

/** What the parts of the compiler share: everything about one run, and what it will need in the bucket. */
export type CompileContext = {
  readonly input: CompileInput
  readonly state: RunState
  /** In keys; of a template what Argo fills in. */
  readonly run: string
  readonly fates: Fates
  /** Outputs that conditions and lists of tasks read, by the step that makes them. */
  readonly carried: ReadonlyMap<string, ReadonlySet<string>>
  /** Filled while it compiles, by key. */
  readonly needed: Map<string, NeededObject>
}

export function contextOf(input: CompileInput): CompileContext {
  const { state, run } = input
  const fates = fatesOf(state)
  return {
    input,
    state,
    run: run ?? '{{workflow.name}}',
    fates,
    carried: carriedOutputs(fates),
    needed: new Map(),
  }
}

function carriedOutputs({ open, doomed, statuses }: Fates): Map<string, Set<string>> {
  const carried = new Map<string, Set<string>>()
  for (const { bound } of open.filter((step) => !doomed.has(step.bound.planned.name) && !step.active)) {
    for (const reference of controlsOf(bound).flatMap(referencesOf)) {
      if (reference.kind !== 'output' || statuses.get(reference.step) !== null) continue
      carried.set(reference.step, (carried.get(reference.step) ?? new Set()).add(reference.output))
    }
  }
  return carried
}

function controlsOf({ when, forEach }: BoundStep): BoundControl[] {
  return [...(when === null ? [] : [when]), ...forEach.map(({ values }) => values)]
}

function referencesOf(
  control: BoundControl,
): Extract<BoundControl, { expression: unknown }>['expression']['references'] {
  return 'constant' in control ? [] : control.expression.references
}

/** The step of a name that a checked plan holds. */
export function stepNamed({ state }: CompileContext, name: string): StepState {
  const step = state.byName.get(name)
  if (step === undefined) throw new Error(`no step ${name} in this run`)
  return step
}

/** An object key as Argo needs it: the core's own store adds the prefix by itself. */
export function argoKey({ input }: CompileContext, key: string): string {
  return `${input.profile.artifacts.prefix}${key}`
}

/** Items of a fan-out that need not run, by index. */
export function cachedItems(step: StepState): number[] {
  if (!isFanOut(step)) return []
  return [...step.items.keys()].filter((index) => {
    const status = step.items[index]?.status ?? 'pending'
    if (status === 'cached' || status === 'succeeded') return true
    if (status === 'pending') return false
    throw new Error(`item ${index} of ${step.bound.planned.name} is ${status}: such a run is not compiled`)
  })
}
