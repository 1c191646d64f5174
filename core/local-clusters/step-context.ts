import { startTimeOf } from './child.ts'
import type { JobRows } from './job-rows.ts'
import type { StepContext } from './types.ts'

/** How far a step is, as long as this core knows it. */
export type StepProgress = { readonly fraction: number | null; readonly note: string | null }

/** What is done in the name of which step of a job, and until when. */
export type Scope = { readonly id: string; readonly step: string; readonly signal: AbortSignal }

/** What a step of a job that is stored works with. After `left` nothing of it is heard. */
export function stepContext({ id, step, signal }: Scope, left: AbortSignal, rows: JobRows): StepContext {
  const { store, setProgress, tell, tellSoon } = rows
  const { of } = rows.job(id)
  const cluster = () => store.cluster(of.name) ?? of
  const heard = (change: () => void, then: () => void): void => {
    if (left.aborted) return
    change()
    then()
  }
  const setChild = (pid: number | null): void => {
    const child = pid === null ? null : { pid, startedAt: startTimeOf(pid) }
    store.putJob({ ...rows.job(id), child })
  }
  return {
    cluster,
    update: (change) => heard(() => store.putCluster({ ...cluster(), ...change }), tell),
    forget: () => heard(() => store.forget(of.name, id), tell),
    signal,
    log: (text) => heard(() => store.appendLog(id, { at: Date.now(), step, text }), tellSoon),
    progress: (fraction, note = '') =>
      heard(() => setProgress(id, { fraction, note: note === '' ? null : note }), tellSoon),
    child: (pid) =>
      heard(
        () => setChild(pid),
        () => undefined,
      ),
  }
}
