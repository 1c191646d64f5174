import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { privateEngines } from '#core/conformance-engine.ts'
import { keysOf, normalise, orderFault, untilEnd, type ConformanceEngine } from '#core/conformance/index.ts'
import { removeTree } from '#core/files/index.ts'
import { openSettings } from '#core/settings/index.ts'
import { openLabUser, type LabUser } from '#test/support/lab-target.ts'
import { describeWithDocker, describeWithKubernetes, kubernetesFault } from '#test/support/requirements.ts'
import { dag } from './dags.ts'

const COUNT = 100
/** So many on the slower targets; another seed shows others. */
const ON_DOCKER = process.env['MINISUB_TEST_FULL'] === '1' ? COUNT : 15
/** Pods are slow; `argo-dags.test.ts` plays hundreds without. */
const ON_CLUSTER = 10
/** Another one shows other pipelines; a failure names the one that it had. */
const SEED = Number(process.env['MINISUB_TEST_SEED'] ?? 20261126)
const AT_ONCE = 4
const LIMIT_MS = 900_000

const specs = fc.sample(dag, { numRuns: COUNT, seed: SEED })
const errors: unknown[] = []
let root: string
let engine: ConformanceEngine
let user: LabUser | undefined

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'minisub-dags-'))
  await mkdir(join(root, 'home'))
  const onError = (error: unknown): void => void errors.push(error)
  user = kubernetesFault() === undefined ? await openLabUser('generated') : undefined
  const clusters = user === undefined ? {} : { clusters: user }
  engine = await privateEngines({ settings: openSettings(root), onError, ...clusters })(join(root, 'home'))
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await user?.[Symbol.asyncDispose]()
  await removeTree(root)
})

describe(`${COUNT} generated pipelines (seed ${SEED})`, () => {
  test('are of every kind', async () => {
    const text = JSON.stringify(specs)
    for (const key of [
      '"when"',
      '"forEach"',
      '"retry"',
      '"needs"',
      '"integer","default"',
      '"inputs"',
      '.status',
      'kill -9',
    ])
      expect(text.split(key).length, key).toBeGreaterThan(10)
  })

  test(
    'give the same trace and the same step keys twice on process, in an order that their edges allow',
    () => compare('process', 'process'),
    LIMIT_MS,
  )
})

describeWithDocker(`${ON_DOCKER} generated pipelines on docker (seed ${SEED})`, () => {
  test('give the same traces and step keys as on process', () => compare('process', 'docker', ON_DOCKER), LIMIT_MS)
})

describeWithKubernetes(`${ON_CLUSTER} generated pipelines on a cluster (seed ${SEED})`, () => {
  test('give the same traces and step keys as on process', () => compare('process', 'lab', ON_CLUSTER), LIMIT_MS)
})

/** Plays pipelines on two targets, a few at once. */
async function compare(first: string, second: string, count = COUNT): Promise<void> {
  const waiting = [...specs.entries()].slice(0, count)
  const statuses = new Map<string, number>()
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, spec] = next
      const [one, other] = await Promise.all([play(spec, index, first), play(spec, index, second)])
      expect(other, `pipeline ${index} of seed ${SEED}: ${JSON.stringify(spec)}`).toEqual(one)
      for (const line of one.lines) {
        const status = line.split(/[ :]/)[1] ?? ''
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  for (const status of ['succeeded', 'failed', 'skipped'])
    expect(statuses.get(status), status).toBeGreaterThan(count / 4)
  expect(errors).toEqual([])
}

async function play(
  spec: object,
  index: number,
  target: string,
): Promise<{ readonly lines: readonly string[]; readonly keys: unknown; readonly fault: string | null }> {
  const folder = await mkdtemp(join(root, `dag-${index}-`))
  const file = join(folder, 'dag.yaml')
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'dag' } }
  await writeFile(file, JSON.stringify({ ...head, spec }))
  const { service } = engine
  const { id } = await service.start({ file, target, cache: false, parallelism: 2 }, {})
  await untilEnd(service, id, AbortSignal.timeout(LIMIT_MS))
  const [view, graph, events] = [service.show(id), service.graph(id), service.events(id, 1, 1_000_000)]
  const lines = normalise({ view, graph, events }, new Map([[id, '<run>']]))
  return { lines, keys: keysOf(events), fault: orderFault(events, graph.steps) ?? null }
}
