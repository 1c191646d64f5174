import type { JsonObject } from '#core/base/json.ts'
import type { SequencedEvent } from '#core/contract/events.ts'

/** A step run within its run. */
export type StepRun = { readonly step: string; readonly item: number | null }

/** What events up to one number leave to be known for later ones. */
export type RunFold = {
  seq: number
  /** Values of the items of fan-outs, by step. */
  readonly items: Map<string, readonly JsonObject[]>
  /** Step runs that began and have not ended, by `nameOf`. */
  readonly open: Map<string, StepRun>
}

/** A name that no other step run of the run has. */
export function nameOf({ step, item }: StepRun): string {
  return `${step}/${item ?? ''}`
}

export function emptyFold(): RunFold {
  return { seq: 0, items: new Map(), open: new Map() }
}

/** Moves a fold on by the next event. */
export function foldEvent(fold: RunFold, event: SequencedEvent): void {
  fold.seq = event.seq
  switch (event.kind) {
    case 'step.expanded':
      fold.items.set(event.step, event.items)
      break
    case 'attempt.created':
      fold.open.set(nameOf(event), { step: event.step, item: event.item })
      break
    case 'attempt.finished':
      if (event.retryAt === null) fold.open.delete(nameOf(event))
      break
    case 'step.finished':
      for (const [name, { step }] of fold.open) if (step === event.step) fold.open.delete(name)
      break
    case 'run.finished':
      fold.open.clear()
      fold.items.clear()
      break
    default:
  }
}
