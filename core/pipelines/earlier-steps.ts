import type { StepRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'

/** A step run that succeeded, and the run that it was in. */
export type EarlierStep = { readonly run: string; readonly row: StepRow }

/** What succeeded in a run and in those that it goes on with. */
export type EarlierSteps = {
  /** A step run in each of them, the nearest first. */
  find(step: string, item: number): Iterable<EarlierStep>
}

type Loaded = { readonly run: string; readonly rows: ReadonlyMap<string, StepRow> }

/** Read when they are asked for; no runs where null. */
export function earlierSteps(store: Pick<RunStore, 'get' | 'steps'>, resumed: string | null): EarlierSteps {
  const loaded: Loaded[] = []
  let next = resumed
  const runs = function* (): Generator<Loaded> {
    for (let i = 0; ; i += 1) {
      if (i === loaded.length) {
        if (next === null) return
        loaded.push({ run: next, rows: succeeded(store.steps(next)) })
        next = store.get(next)?.frozen.resumes ?? null
      }
      const it = loaded[i]
      if (it !== undefined) yield it
    }
  }
  return {
    *find(step, item) {
      for (const { run, rows } of runs()) {
        const row = rows.get(nameOf({ step, item }))
        if (row !== undefined) yield { run, row }
      }
    },
  }
}

function succeeded(rows: readonly StepRow[]): Map<string, StepRow> {
  const ended = rows.filter((row) => row.item >= 0 && (row.status === 'succeeded' || row.status === 'cached'))
  return new Map(ended.map((row) => [nameOf(row), row]))
}

function nameOf({ step, item }: Pick<StepRow, 'step' | 'item'>): string {
  return `${step} ${item}`
}
