import { queryOptions } from '@tanstack/react-query'
import { isProblem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { trackedRunId, trackedStepId } from './tracked-id.ts'

/** Tracked runs. Keys begin with the topic of the changes that make them old: see `live.ts`. */
export const trackedRunQueries = {
  one: (client: Client, run: string) =>
    queryOptions({
      queryKey: ['tracking', 'run', run],
      queryFn: ({ signal }) => client.showTrackedRun({ run }, { signal }),
    }),
  /** The tracked run of a run of a pipeline, or of a step run of it; null where it is not tracked. */
  ofPipeline: (client: Client, run: string, step: { readonly step: string; readonly item: number | null } | null) =>
    queryOptions({
      queryKey: ['tracking', 'of-pipeline', run, step],
      queryFn: async ({ signal }) => {
        const id = step === null ? await trackedRunId(run) : await trackedStepId({ run, ...step })
        try {
          return await client.showTrackedRun({ run: id }, { signal })
        } catch (error) {
          if (isProblem(error) && error.code === 'not_found') return null
          throw error
        }
      },
    }),
  /** The runs that are nested in one, the newest first; no more than 200. */
  nested: (client: Client, { experiment, run }: { readonly experiment: string; readonly run: string }) =>
    queryOptions({
      queryKey: ['tracking', 'nested', run],
      queryFn: ({ signal }) =>
        client.searchTrackedRuns(
          { experiments: [experiment], filter: `tags.\`mlflow.parentRunId\` = '${run}'`, limit: 200, count: true },
          { signal },
        ),
    }),
  /** Files and folders of one folder; '' is the whole. */
  folder: (client: Client, run: string, path: string) =>
    queryOptions({
      queryKey: ['tracking', 'folder', run, path],
      queryFn: ({ signal }) => client.listTrackedFiles({ run, path }, { signal }),
    }),
}
