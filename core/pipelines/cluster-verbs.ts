import { Problem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { fetchFiles, type FetchOptions } from './fetch-files.ts'
import { attemptOf } from './find-attempt.ts'
import { findRun } from './find-run.ts'
import type { RunStore } from './run-store.ts'
import type { PipelineService } from './service-types.ts'
import { findTarget } from './targets.ts'

type Options = FetchOptions & { readonly home: string; readonly store: RunStore }

/** The verbs for what a run has left in a cluster and its bucket. */
export function clusterVerbs(options: Options): Pick<PipelineService, 'pull' | 'fetchFile' | 'pod'> {
  const { store, targets } = options
  return {
    async pull(id, { step, ...progress }) {
      const run = findRun(store, id)
      if (step !== undefined && run.definition.steps[step] === undefined)
        throw new Problem('not_found', `run ${run.id} has no step "${step}": minisub show lists them`)
      const records = store
        .steps(run.id)
        .filter((row) => step === undefined || row.step === step)
        .flatMap(({ outputs }) => Object.values(outputs))
      return { bytes: await fetchFiles(records, options, progress) }
    },
    async fetchFile(sha256, signal) {
      const record: OutputRecord = { kind: 'file', sha256, size: 0, executable: false }
      await fetchFiles([record], options, { signal })
    },
    async pod(address, wanted) {
      const found = attemptOf(store, address, wanted)
      if (found === undefined) return null
      const target = findTarget(targets, found.row.target)
      if (target.kind === 'local')
        throw new Problem('not_supported', `run ${found.address.run} plays on ${found.row.target}, which has no pods`)
      return target.pod({ ...found.address, frozen: found.row.frozen })
    },
  }
}
