import { afterAll, beforeAll } from 'vitest'
import { createClient, type Client } from '#core/client/index.ts'
import type { Metric, Pair } from '#core/tracking/index.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

/** What a run of a test is. */
type Draft = {
  readonly experiment?: string
  readonly name?: string
  readonly parent?: string
  readonly params?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  /** Values of series, from step 0 on. */
  readonly metrics?: Readonly<Record<string, readonly number[]>>
}

/** A real server with what is tracked, for all tests of a file. Its fields are there once the first test begins. */
export function trackingServer() {
  let fixture: ServerFixture | undefined
  const open = (): ServerFixture => {
    if (fixture === undefined) throw new Error('the server is not there yet')
    return fixture
  }
  beforeAll(async () => {
    fixture = await openServerFixture()
  })
  afterAll(async () => fixture?.[Symbol.asyncDispose]())
  return {
    get fixture(): ServerFixture {
      return open()
    },
    get client(): Client {
      const { server, token } = open()
      return createClient({ url: server.url, token })
    },
    /** Makes a run; returns its id. */
    run: (draft: Draft = {}) => makeRun(open(), draft),
    /** Makes an experiment; returns its id. */
    experiment: async (name: string) => (await open().tracking.writes.createExperiment({ name })).id,
    /** Stores a file at `RUN/artifacts/PATH` of an experiment as MLflow's client does. */
    put: (path: string, bytes: string, experiment = '0') =>
      open().fetch(`/api/2.0/mlflow-artifacts/artifacts/${experiment}/${path}`, { method: 'PUT', body: bytes }),
  }
}

async function makeRun({ tracking: { writes } }: ServerFixture, draft: Draft): Promise<string> {
  const { experiment = '0', name, parent, params = {}, tags = {}, metrics = {} } = draft
  const nest = parent === undefined ? {} : { 'mlflow.parentRunId': parent }
  const run = await writes.createRun({
    experimentId: experiment,
    tags: pairsOf({ ...tags, ...nest }),
    ...(name === undefined ? {} : { name }),
  })
  const points = Object.entries(metrics).flatMap(([key, values]) =>
    values.map((value, step): Metric => ({ key, value, timestamp: 1_000 + step, step })),
  )
  await writes.log(run.info.id, { params: pairsOf(params), metrics: points })
  return run.info.id
}

function pairsOf(texts: Readonly<Record<string, string>>): Pair[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value }))
}
