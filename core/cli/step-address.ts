import { Problem } from '#core/base/problem.ts'
import type { RunView, StepView } from '#core/contract/run.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { wholeNumber } from './context.ts'
import { stepRunName } from './plain-lines.ts'

/** `train`, `train[2]`, or `train` with `--item 2`, as a step and the index of its item. Throws Problem `usage`. */
export function parseStepAddress(text: string, item: string | undefined): { step: string; item: number | undefined } {
  const match = /^([^[\]]+)(?:\[(\d+)\])?$/.exec(text)
  if (match?.[1] === undefined)
    throw new Problem('usage', `"${text}" is not a step: write its name, or train[2] for an item of a fan-out`)
  const inner = match[2]
  if (inner !== undefined && item !== undefined && Number(inner) !== Number(item)) {
    throw new Problem('usage', `"${text}" and --item ${item} name two items: keep one of them`)
  }
  const index = inner ?? item
  return { step: match[1], item: index === undefined ? undefined : wholeNumber('--item', index, 0) }
}

/** The step runs of a run that an address names: all items where it names none. Throws Problem `not_found`. */
export function stepRunsOf(view: RunView, address: { step: string; item: number | undefined }): StepView[] {
  const ofStep = view.steps.filter((step) => step.name === address.step)
  if (ofStep.length === 0) {
    const names = new Set(view.steps.map((step) => step.name))
    throw new Problem('not_found', `run ${view.id} has no step "${address.step}"${didYouMean(address.step, names)}`)
  }
  if (address.item === undefined) return ofStep
  const found = ofStep.filter((step) => step.item?.index === address.item)
  if (found.length > 0) return found
  const items = ofStep.filter((step) => step.item !== null).length
  const has = items === 0 ? 'is no fan-out' : `has the items 0 to ${items - 1}`
  throw new Problem(
    'not_found',
    `run ${view.id} has no step ${stepRunName(address.step, address.item)}: ${address.step} ${has}`,
  )
}

/** `train`, or `train[2]`. */
export function nameOf(step: StepView): string {
  return stepRunName(step.name, step.item?.index ?? null)
}
