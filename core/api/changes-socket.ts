import type { WebSocket } from 'ws'
import type { ChangeTopic, ChangeView } from '#core/contract/changes.ts'
import type { RunSummary } from '#core/contract/run.ts'
import type { LocalClusters } from '#core/local-clusters/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Settings } from '#core/settings/index.ts'
import type { TargetService } from '#core/targets/index.ts'
import type { Access } from '#core/teams/index.ts'
import type { TrackingService } from '#core/tracking/index.ts'

/** Between two messages, in milliseconds. */
const PAUSE_MS = 200
/** Nothing is sent while more bytes than this wait for the reader. */
const MOST_WAITING = 262_144
/** More changed runs than this are not told one by one. */
const MOST_RUNS = 1_000

/** Lists that tell by themselves that they changed. */
const LISTS = ['schedules', 'settings', 'secrets', 'targets', 'clusters', 'access', 'tracking'] as const

/** What changes are heard of. */
export type ChangeSources = {
  readonly service: Pick<PipelineService, 'onChange'>
  readonly schedules: Pick<ScheduleService, 'onChange'>
  readonly settings: Pick<Settings, 'onChange'>
  readonly secrets: Pick<Secrets, 'onChange'>
  readonly targets: Pick<TargetService, 'onChange'>
  readonly clusters: Pick<LocalClusters, 'onChange'>
  readonly access: Pick<Access, 'onChange'>
  readonly tracking: Pick<TrackingService, 'onChange'>
}

type Hello = Extract<ChangeView, { kind: 'hello' }>

/**
 * Says hello, and from then on what changed: of each run the latest, each list once, at most five times a second. For
 * a reader that is slow it all is kept so, and is one `reset` where it would be too much.
 */
export function streamChanges(socket: WebSocket, sources: ChangeSources, hello: Hello): void {
  const waiting = gather()
  let timer: NodeJS.Timeout | undefined
  let sentAt = Number.NEGATIVE_INFINITY
  const ends = [
    sources.service.onChange((change) => {
      if (change.kind === 'run') waiting.addRun(change.run)
      else waiting.addList(change.topic)
      plan()
    }),
    ...LISTS.map((topic) =>
      sources[topic].onChange(() => {
        waiting.addList(topic)
        plan()
      }),
    ),
  ]
  socket.once('close', () => {
    clearTimeout(timer)
    for (const end of ends) end()
  })
  send([hello])

  function plan(): void {
    timer ??= setTimeout(flush, Math.max(0, sentAt + PAUSE_MS - performance.now()))
  }

  function flush(): void {
    timer = undefined
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount < MOST_WAITING) send(waiting.take())
    else timer = setTimeout(flush, PAUSE_MS)
  }

  function send(changes: readonly ChangeView[]): void {
    sentAt = performance.now()
    socket.send(JSON.stringify(changes))
  }
}

type Gathered = {
  addRun(run: RunSummary): void
  addList(topic: ChangeTopic): void
  /** What is there to tell, which then is forgotten. */
  take(): ChangeView[]
}

/** Changes that were not told yet, in bounded memory. */
function gather(): Gathered {
  const runs = new Map<string, RunSummary>()
  const topics = new Set<ChangeTopic>()
  let isReset = false
  return {
    addRun: (run) => {
      if (isReset) return
      runs.set(run.id, run)
      if (runs.size <= MOST_RUNS) return
      isReset = true
      runs.clear()
    },
    addList: (topic) => topics.add(topic),
    take: () => {
      const changes: ChangeView[] = isReset
        ? [{ kind: 'reset' }]
        : [
            ...[...runs.values()].map((run): ChangeView => ({ kind: 'run', run })),
            ...[...topics].map((topic): ChangeView => ({ kind: 'list', topic })),
          ]
      runs.clear()
      topics.clear()
      isReset = false
      return changes
    },
  }
}
