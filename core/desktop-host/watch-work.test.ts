import { expect, test } from 'vitest'
import type { ChangeView } from '#core/contract/changes.ts'
import type { FromHost } from '#core/contract/desktop.ts'
import { watchWork, type WorkClient } from './watch-work.ts'

type Answer<Name extends keyof WorkClient> = Awaited<ReturnType<WorkClient[Name]>>

const HELLO: ChangeView = { kind: 'hello', version: '0.1.0', startedAt: '2026-11-27T00:00:00.000Z' }
const RUN = {
  id: '01k8',
  pipeline: 'wine',
  pipelineDigest: 'sha256:00',
  target: 'process',
  startedAt: null,
  finishedAt: null,
  createdAt: '2020-01-01T00:00:00.000Z',
}

/** What is told of batches of changes, by a core that knows these runs and work on clusters. */
async function watch(
  batches: readonly (readonly ChangeView[])[],
  core: { runs?: Record<string, string>; clusters?: Record<string, string | null>; before?: (batch: number) => void },
): Promise<FromHost[]> {
  const told: FromHost[] = []
  const rows = () => Object.entries(core.runs ?? {}).map(([id, status]) => ({ ...RUN, id, status }))
  const client = {
    changes: async function* () {
      for (const [index, batch] of batches.entries()) {
        core.before?.(index)
        yield [...batch]
      }
    },
    listRuns: async ({ status }: { status?: string }) => ({ runs: rows().filter((it) => it.status === status) }),
    showRun: async ({ run }: { run: string }) => ({ ...rows().find(({ id }) => id === run), steps: [], outputs: {} }),
    listClusters: async () => ({
      clusters: Object.entries(core.clusters ?? {}).map(([name, endedAt]) => ({
        name,
        job: { kind: 'create', endedAt },
      })),
    }),
    listSettings: async () => ({ settings: [], file: '', warnings: [] }) satisfies Answer<'listSettings'>,
  } as unknown as WorkClient
  await watchWork({
    client,
    signal: new AbortController().signal,
    onState: () => undefined,
    post: (it) => told.push(it),
  })
  return told
}

test('work on local clusters is told of from the first word on, and again when it has changed', async () => {
  const clusters: Record<string, string | null> = { lab: null }
  const told = await watch([[HELLO], [{ kind: 'list', topic: 'clusters' }]], {
    clusters,
    before: (batch) => batch === 1 && Object.assign(clusters, { lab: '2026-11-27T00:00:00.000Z' }),
  })
  expect(told.filter(({ kind }) => kind === 'active')).toEqual([
    { kind: 'active', jobs: [{ text: 'cluster lab · create', path: '/settings/clusters/lab' }] },
    { kind: 'active', jobs: [] },
  ])
})

test('a run that ended while the core was not heard is told of when it is heard again', async () => {
  const runs = { '01k8': 'running' }
  const told = await watch([[HELLO], [HELLO]], {
    runs,
    before: (batch) => batch === 1 && Object.assign(runs, { '01k8': 'succeeded' }),
  })
  expect(told.filter(({ kind }) => kind === 'notice')).toEqual([
    { kind: 'notice', title: 'wine succeeded', body: 'on process', path: '/runs/01k8', isNews: false },
  ])
})

test('a run that was over before is no news, and one that changes once more is none either', async () => {
  const over: ChangeView = { kind: 'run', run: { ...RUN, status: 'failed' } }
  expect((await watch([[HELLO], [over]], {})).filter(({ kind }) => kind === 'notice')).toEqual([])
  const runs = { '01k8': 'running' }
  const told = await watch([[HELLO], [over], [over]], {
    runs,
    before: (batch) => batch === 1 && Object.assign(runs, { '01k8': 'failed' }),
  })
  expect(told.filter(({ kind }) => kind === 'notice')).toHaveLength(1)
})
