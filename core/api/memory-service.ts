import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import type { FolderView } from '#core/contract/folders.ts'
import type { LogPageView, RunSummary, RunView } from '#core/contract/run.ts'
import type { ArtifactFile, PipelineChange, PipelineService } from '#core/pipelines/index.ts'
import { TIME, viewOf } from './memory-view.ts'
import { memoryPushes } from './memory-pushes.ts'
import { noPulledSteps } from './memory-pulled.ts'

type MemoryRun = {
  readonly view: RunView
  readonly events: SequencedEvent[]
  readonly listeners: Set<(events: readonly SequencedEvent[]) => void>
  readonly log: LogPageView['lines']
  logEnded: boolean
}

/** A PipelineService for tests of the server alone: runs that the test itself drives, held in memory. */
export type MemoryService = PipelineService & {
  readonly aborted: string[]
  /** Adds events to a run and tells its subscribers. */
  emit(run: string, ...events: readonly RunEvent[]): void
  addLine(run: string, text: string): void
  endLog(run: string): void
  /** Makes the folder output `files` of step `make` hold these files. */
  addFile(path: string, content: string): void
  /** Tells all who listen of a change. */
  tell(change: PipelineChange): void
}

export function createMemoryService(): MemoryService {
  const runs = new Map<string, MemoryRun>()
  const find = (id: string): MemoryRun => {
    const run = runs.get(id)
    if (run === undefined) throw new Problem('not_found', `there is no run ${id}: see \`minisub runs\``)
    return run
  }
  return {
    ...documentVerbs(),
    ...runVerbs(runs, find),
    ...eventVerbs(find),
    ...artifactVerbs(),
    ...noPulledSteps,
    ...environmentVerbs(),
    ...folderVerbs(),
    ...memoryPushes(),
    ...changeVerbs(),
  }
}

type DocumentVerbs = Pick<MemoryService, 'aborted' | 'validate' | 'lock'>

/** Names of files say what is to happen: bug, wrong, slow, offline. */
function documentVerbs(): DocumentVerbs {
  const aborted: string[] = []
  const untilAborted = (what: string, signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) =>
      signal?.addEventListener('abort', () => {
        aborted.push(what)
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      }),
    )
  return {
    aborted,
    validate: async (file) => {
      if (file.includes('bug')) throw new Error('the secret of the bug')
      if (file.includes('wrong')) {
        const place = { line: 3, column: 1 }
        const issues = [{ code: 'unknown_key' as const, message: 'unknown key "x"', path: 'spec.x', place }]
        throw new Problem('document_invalid', `${file} is not valid: correct it`, { issues })
      }
      return { name: 'wine', description: null, file, digest: 'a9', steps: [], parameters: {}, warnings: [] }
    },
    lock: async (file, { onLine, signal }) => {
      onLine?.('resolving')
      onLine?.('two\nlines and „ünïcode“')
      if (file.includes('slow')) await untilAborted('lock', signal)
      if (file.includes('offline')) throw new Problem('network_unavailable', 'the index cannot be reached: go online')
      return { file: `${file}.lock.json`, changed: true, environments: { python: { digest: 'c0ffee', packages: 2 } } }
    },
  }
}

type Find = (id: string) => MemoryRun
type RunVerbs = Pick<
  MemoryService,
  | 'targets'
  | 'check'
  | 'start'
  | 'resume'
  | 'cancel'
  | 'list'
  | 'show'
  | 'graph'
  | 'items'
  | 'detail'
  | 'explain'
  | 'runUsage'
  | 'history'
  | 'applyUsage'
  | 'begun'
  | 'provenance'
  | 'outcome'
  | 'twins'
  | 'activeRuns'
  | 'usesEnvironment'
  | 'runOn'
>

function runVerbs(runs: Map<string, MemoryRun>, find: Find): RunVerbs {
  const begin = (file: string): RunView => {
    const view = viewOf(file)
    runs.set(view.id, { view, events: [], listeners: new Set(), log: [], logEnded: false })
    return view
  }
  return {
    targets: async () => [{ name: 'process', status: 'ready', description: 'nowhere', reason: null }],
    check: async ({ file, parameters }) => ({ pipeline: 'wine', file, parameters }),
    start: async (request) => begin(request.file),
    resume: async (run) => begin(find(run).view.id),
    cancel: async (run) => void find(run),
    list: ({ limit, before }) =>
      [...runs.values()]
        .map(({ view }): RunSummary => ({ ...view, createdAt: TIME }))
        .toReversed()
        .filter((run) => before === undefined || run.id < before)
        .slice(0, limit),
    show: (run) => find(run).view,
    graph: (run) => ({
      ...find(run).view,
      createdAt: TIME,
      file: '/home/ada/wine/pipeline.yaml',
      pipelineId: '0f1e2d3c4b5a6978',
      parameters: {},
      parallelism: 1,
      cache: true,
      resumes: null,
      only: null,
      schedule: null,
      notice: null,
      seq: find(run).events.length,
      cancelling: false,
      draining: false,
      environments: [],
      steps: [],
    }),
    items: ({ step }) => noStep(step),
    detail: ({ step }) => noStep(step),
    explain: async ({ step }) => noStep(step),
    history: async () => ({ runs: {}, steps: {}, overhead: null }),
    runUsage: async (run) => noRun(run),
    applyUsage: async (run) => noRun(run),
    begun: (run) => noRun(run),
    provenance: (run) => noRun(run),
    outcome: (run) => noRun(run),
    twins: () => [],
    activeRuns: () => 0,
    usesEnvironment: () => false,
    runOn: () => undefined,
  }
}

function noStep(step: string): never {
  throw new Problem('not_found', `there is no step ${step}: see \`minisub show\``)
}

function noRun(run: string): never {
  throw new Problem('not_found', `there is no run ${run}: see \`minisub runs\``)
}

type EventVerbs = Pick<MemoryService, 'emit' | 'addLine' | 'endLog' | 'events' | 'subscribe' | 'log' | 'usage'>

function eventVerbs(find: Find): EventVerbs {
  return {
    emit: (id, ...added) => {
      const run = find(id)
      const events = added.map((event, index) => ({ ...event, seq: run.events.length + 1 + index, at: 0 }))
      run.events.push(...events)
      for (const listener of run.listeners) listener(events)
    },
    addLine: (id, text) => void find(id).log.push({ time: TIME, stream: 'stdout', late: false, text }),
    endLog: (id) => (find(id).logEnded = true),
    events: (run, from, limit) => find(run).events.slice(from - 1, from - 1 + limit),
    subscribe: (run, listener) => {
      const { listeners } = find(run)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    usage: ({ run }) => {
      find(run)
      return { samples: [{ time: TIME, cpuSeconds: 1, memoryBytes: 2 }] }
    },
    log: async ({ run }, { from }) => {
      const { log, logEnded } = find(run)
      return { lines: log.slice(from), next: log.length, end: logEnded, attempt: 1 }
    },
  }
}

type ArtifactVerbs = Pick<
  MemoryService,
  'addFile' | 'artifacts' | 'artifactFiles' | 'readArtifact' | 'pull' | 'fetchFile' | 'pod' | 'compile' | 'survey'
>

function artifactVerbs(): ArtifactVerbs {
  const blobs = new Map<string, Buffer>()
  const files: ArtifactFile[] = []
  return {
    survey: () => Promise.reject(new Problem('not_supported', 'there is no cluster here: name one')),
    compile: () => Promise.reject(new Problem('not_supported', 'there is no cluster here: name one')),
    pull: () => Promise.resolve({ bytes: 0 }),
    fetchFile: () => Promise.resolve(),
    pod: () => Promise.resolve(null),
    addFile: (path, content) => {
      const bytes = Buffer.from(content)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      blobs.set(sha256, bytes)
      files.push({ path, size: bytes.length, sha256, executable: false })
    },
    artifacts: () => [],
    artifactFiles: (_, output) => {
      if (output === 'files') return files
      throw new Problem('not_found', `there is no output ${output}: see \`minisub artifacts\``)
    },
    readArtifact: (sha256, range) => {
      if (blobs.get(sha256)?.toString() === 'unreadable') return Readable.from(failing())
      const bytes = blobs.get(sha256) ?? Buffer.alloc(0)
      return Readable.from([range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)])
    },
  }
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.from('unread')
  throw new Error('the disk is broken')
}

function environmentVerbs(): Pick<
  MemoryService,
  'environments' | 'buildEnvironments' | 'removeEnvironment' | 'pruneEnvironments'
> {
  return {
    environments: async () => [],
    buildEnvironments: async () => [],
    pruneEnvironments: async () => [],
    removeEnvironment: async (digest) => {
      throw new Problem('not_found', `there is no environment ${digest}: see \`minisub env list\``)
    },
  }
}

type FolderVerbs = Pick<MemoryService, 'pipelines' | 'pipeline' | 'addFolder' | 'removeFolder' | 'browse' | 'sample'>

function folderVerbs(): FolderVerbs {
  const folders = new Map<string, FolderView>()
  return {
    pipelines: async () => ({ folders: [...folders.values()], pipelines: [] }),
    pipeline: async (id) => {
      throw new Problem('not_found', `there is no pipeline ${id}: see the list of pipelines`)
    },
    addFolder: async (path) => {
      const folder: FolderView = { id: newId<'folder'>(), path, addedAt: TIME, state: 'ready', pipelines: 0 }
      folders.set(folder.id, folder)
      return folder
    },
    removeFolder: (id) => {
      if (!folders.delete(id)) throw new Problem('not_found', `there is no folder ${id}: see the list of pipelines`)
    },
    sample: async (name) => {
      throw new Problem('not_found', `there is no template "${name}": a service in memory has none`)
    },
    browse: async (path = '/home/ada') => ({ path, parent: null, folders: [], truncated: false }),
  }
}

function changeVerbs(): Pick<MemoryService, 'onChange' | 'tell'> {
  const listeners = new Set<(change: PipelineChange) => void>()
  return {
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell: (change) => {
      for (const listener of listeners) listener(change)
    },
  }
}
