import { canonicalJson, type Json } from '#core/base/json.ts'
import type { RunSummary } from '#core/contract/run.ts'
import type { RunListStore } from './run-list-store.ts'
import type { RunRow } from './run-rows.ts'
import { summaryOf } from './views.ts'

/** See `PipelineService.twins`. */
export function twinsOf(runs: RunListStore, run: RunRow): RunSummary[] {
  const wanted = canonicalJson(run.frozen.parameters)
  const latest = new Map<string, RunSummary>()
  for (const { parameters, ...head } of runs.elsewhere(run)) {
    if (latest.has(head.target) || canonicalJson(JSON.parse(parameters) as Json) !== wanted) continue
    latest.set(head.target, summaryOf(head))
  }
  return [...latest.values()]
}
