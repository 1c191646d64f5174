import { newId } from '#core/base/id.ts'
import type { RunView } from '#core/contract/run.ts'

export const TIME = '2026-11-01T12:00:00.000Z'

/** A run as it begins. */
export function viewOf(file: string): RunView {
  return {
    id: newId<'run'>(),
    pipeline: 'wine',
    pipelineDigest: 'a94a8fe5',
    target: 'process',
    status: 'running',
    startedAt: TIME,
    finishedAt: null,
    outputs: { file },
    steps: [],
  }
}
