import type { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { ChartRequest, TrackedRunSearch, TrackedRunView } from '#core/contract/tracking.ts'
import type { FilterHelpView, TrackedFile } from '#core/contract/tracking.ts'
import type { Blobs } from '#core/store/index.ts'
import { artifactBelow, artifactRoot } from '#core/wire/index.ts'
import { openArtifactReads, type ArtifactContent } from './artifacts.ts'
import { openTrackingChanges } from './change-listeners.ts'
import { experimentVerbs, type ExperimentVerbs } from './experiment-verbs.ts'
import { filterHelp, runGrammar } from './filter/index.ts'
import { openPurge, type Purge, type PurgeDeps } from './purge.ts'
import { trackingReader, type TrackingReader } from './read-jobs.ts'
import { openSavedViews, type SavedViews } from './saved-views.ts'
import { RUN_NAME } from './tag-writes.ts'
import { openTrackedRun } from './tracked-run.ts'
import type { Tracking } from './tracking.ts'

/** JSON as UTF-8, made in another process. */
type Json = Promise<Uint8Array<ArrayBuffer>>
/** Tags to set; null takes one away. */
type TagChange = Readonly<Record<string, string | null>>
type Change = { readonly name?: string | undefined; readonly tags: TagChange }

/**
 * What pages and commands do with what is tracked. Verbs throw Problem: `not_found`, `tracking_invalid`,
 * `tracking_exists`, and what writes throw. JSON is of the shapes of core/contract/tracking.ts.
 */
export type TrackingService = AsyncDisposable &
  Purge &
  ExperimentVerbs & {
    filterHelp(): FilterHelpView
    searchRuns(search: z.output<typeof TrackedRunSearch>): Json
    run(id: string): Json
    updateRun(id: string, change: Change): Promise<TrackedRunView>
    /** With those nested in them; all or none. */
    deleteRuns(ids: readonly string[]): Promise<void>
    restoreRuns(ids: readonly string[]): Promise<void>
    charts(request: z.output<typeof ChartRequest>): Json
    files(run: string, folder: string): Promise<{ readonly files: TrackedFile[] }>
    /** A file of a run. Throws Problem `artifact_missing` too, where its bytes are gone. */
    file(run: string, path: string): ArtifactContent
    /** The bytes of a file of that content; `range` is inclusive, as in HTTP. */
    readArtifact: Blobs['read']
    readonly views: SavedViews
    /** Calls back when something was committed, no more often than once a second. */
    onChange(listener: () => void): () => void
  }

type Options = PurgeDeps & { readonly tracking: Tracking }

/** The verbs over what is tracked in a data folder. To be disposed of before `tracking`. */
export function openTrackingService(options: Options): TrackingService {
  const { tracking, bigReads } = options
  const { db, queue } = tracking
  const reader = trackingReader(bigReads)
  const purge = openPurge(options)
  const changes = openTrackingChanges(queue)
  return {
    ...experimentVerbs(tracking, reader),
    ...runVerbs(options, reader),
    filterHelp: () => JSON.parse(JSON.stringify(filterHelp(runGrammar))) as FilterHelpView,
    views: openSavedViews({ db, queue }),
    onChange: changes.onChange,
    disk: purge.disk,
    purge: purge.purge,
    [Symbol.asyncDispose]: async () => {
      changes[Symbol.dispose]()
      await purge[Symbol.asyncDispose]()
    },
  }
}

type RunVerb =
  | 'readArtifact'
  | 'searchRuns'
  | 'run'
  | 'updateRun'
  | 'deleteRuns'
  | 'restoreRuns'
  | 'charts'
  | 'files'
  | 'file'

function runVerbs({ tracking, blobs }: Options, reader: TrackingReader): Pick<TrackingService, RunVerb> {
  const { db, reads, writes } = tracking
  const view = openTrackedRun(db)
  const artifacts = openArtifactReads(db)
  return {
    searchRuns: (search) => reader.json('runs', search),
    run: (id) => reader.json('run', id),
    updateRun: async (id, { name, tags }) => {
      const old = view(id).tags
      const set = Object.entries(tags).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]))
      const named = name === undefined ? [] : [{ key: RUN_NAME, value: name }]
      await writes.log(id, { tags: [...set, ...named] })
      for (const [key, value] of Object.entries(tags)) {
        if (value === null && Object.hasOwn(old, key)) await writes.deleteRunTag(id, key)
      }
      return view(id)
    },
    deleteRuns: async (ids) => writes.deleteRuns(ids),
    restoreRuns: async (ids) => writes.restoreRuns(ids),
    charts: (request) => reader.json('charts', request),
    files: async (run, path) => reader.read('files', { run, path }),
    file: (run, path) => {
      const file = artifacts.get(artifactBelow(artifactRoot(reads.run(run).info.artifactUri), path))
      if (blobs.has(file.sha256)) return file
      throw new Problem('artifact_missing', `the bytes of ${path} (${file.sha256}) are gone: log it again`)
    },
    readArtifact: blobs.read,
  }
}
