import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, type Client } from '#core/client/index.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { ParityCertificate } from '#core/contract/parity.ts'
import { checkCertificate } from '#core/parity/index.ts'
import { until } from '#test/support/engine.ts'
import { lab, describeWithDocker, describeWithKubernetes } from '#test/support/requirements.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { CALLS } from '#test/support/step-tracking.ts'
import { openTrackingCore, type TrackingCore } from '#test/support/tracking-core.ts'

/** A sample in small: a table, a fan-out, a choice, a metric, a limit, and code beside it. */
const TRAIN = `${CALLS}
import csv
from scale import scaled
rows = list(csv.DictReader(open(os.environ["MINISUB_INPUTS"] + "/rows")))
depth = int(sys.argv[1])
score = scaled(sum(int(row["n"]) for row in rows), depth)
metric("quality", score / 3)
out = os.environ["MINISUB_OUTPUTS"]
open(out + "/model", "w").write(json.dumps({"depth": depth, "score": score}))
open(out + "/score", "w").write(json.dumps(score))
`
const SPEC = {
  parameters: { depths: { type: 'list', items: 'integer', default: [2, 4] } },
  steps: {
    prepare: {
      command: ['sh', '-c', 'printf "id,n\\n1,3\\n2,5\\n" > "$MINISUB_OUTPUTS/rows"'],
      outputs: { rows: { type: 'file' } },
    },
    train: {
      forEach: { depth: '${{ parameters.depths }}' },
      command: ['python3', 'train.py', '${{ each.depth }}'],
      inputs: { rows: '${{ steps.prepare.outputs.rows }}' },
      outputs: { model: { type: 'file' }, score: { type: 'number' } },
      resources: { memory: '256Mi', pids: 200 },
    },
    choose: {
      command: ['sh', '-c', 'printf %s "$1" > "$MINISUB_OUTPUTS/scores"', 'sh', '${{ steps.train.outputs.score }}'],
      outputs: { scores: { type: 'list' } },
    },
  },
}

type Bench = { readonly core: TrackingCore; readonly client: Client; readonly folder: string }

async function openBench(): Promise<Bench & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-parity-'))
  const core = await openTrackingCore()
  writeFileSync(join(folder, 'train.py'), TRAIN)
  writeFileSync(join(folder, 'scale.py'), 'def scaled(total, depth):\n    return total / depth\n')
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'parity' } }
  writeFileSync(join(folder, 'parity.json'), JSON.stringify({ ...head, spec: SPEC }))
  return {
    core,
    client: createClient(core),
    folder,
    async [Symbol.asyncDispose]() {
      await core[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs the sample to its end, without the cache: it is to be computed there. */
async function play({ client, folder }: Bench, target: string, code?: string): Promise<string> {
  if (code !== undefined) writeFileSync(join(folder, 'scale.py'), code)
  const { id } = await client.startRun({ file: join(folder, 'parity.json'), target, cache: false })
  await until(`the run on ${target} has ended`, async () => isFinalRun((await client.showRun({ run: id })).status))
  const view = await client.showRun({ run: id })
  expect(view.steps.map(({ name, status, reason }) => [name, status, reason])).toEqual(
    ['prepare', 'train', 'train', 'choose'].map((name) => [name, 'succeeded', null]),
  )
  return id
}

function levels({ report }: ParityCertificate): Record<string, string> {
  return Object.fromEntries(report.aspects.map(({ aspect, level }) => [aspect, level]))
}

const SAME = {
  definition: 'same',
  parameters: 'same',
  lock: 'same',
  code: 'same',
  inputs: 'same',
  keys: 'same',
  steps: 'same',
  states: 'same',
  values: 'same',
  artifacts: 'same',
  metrics: 'same',
  retries: 'same',
  cache: 'same',
}

describeWithDocker('a run on processes and one in Docker', () => {
  let bench: Bench & AsyncDisposable
  beforeAll(async () => void (bench = await openBench()))
  afterAll(() => bench[Symbol.asyncDispose]())

  test('are the same, and say what differs by design', async () => {
    const [a, b] = [await play(bench, 'process'), await play(bench, 'docker')]
    const certificate = await bench.client.verifyRuns({ run: a, other: b })
    expect(certificate.verdict).toBe('same')
    expect(levels(certificate)).toMatchObject({ ...SAME, target: 'note', images: 'note' })
    expect(certificate.report.stepRuns).toEqual({ compared: 4, computedTwice: 4 })
    expect(certificate.report.aspects.find(({ aspect }) => aspect === 'metrics')?.compared).toBe(2)
    expect(certificate.report.steps[1]?.b?.images).toEqual([
      { digest: expect.stringMatching(/^sha256:/), platform: expect.stringMatching(/^linux\//) },
    ])
    const { publicKey } = await bench.client.showParityKey()
    expect(checkCertificate(JSON.stringify(certificate), publicKey)).toMatchObject({ ok: true, isNamed: true })
  })

  test('whose code was edited between them differ, down to the value of a model', async () => {
    const [a, b] = [
      await play(bench, 'process'),
      await play(bench, 'docker', 'def scaled(total, depth):\n    return total * depth\n'),
    ]
    const { verdict, report } = await bench.client.verifyRuns({ run: a, other: b })
    expect(verdict).toBe('different')
    const words = report.findings.filter(({ level }) => level === 'different').map((it) => it.words)
    expect(words).toContainEqual(
      expect.stringMatching(/^the code file scale\.py differs: line 2, column 18: .*total \/ depth/),
    )
    expect(words).toContain('the content of model differs: $.score: 4 and 16')
  })
})

describeWithKubernetes('runs on processes, in Docker and on a cluster', () => {
  let bench: Bench & AsyncDisposable
  beforeAll(async () => {
    bench = await openBench()
    const { client, folder } = bench
    await client.setSecret({ name: 'lab', key: 'access', value: lab.accessKey })
    await client.setSecret({ name: 'lab', key: 'secret', value: lab.secretKey })
    await client.addTarget({ name: 'lab', profile: labProfile(folder.slice(-6).toLowerCase()) })
  })
  afterAll(() => bench[Symbol.asyncDispose]())

  test('are the same; each is the twin of the others, and what is in the bucket is fetched to be explained', async () => {
    const { client } = bench
    const [here, docker, there] = [await play(bench, 'process'), await play(bench, 'docker'), await play(bench, 'lab')]
    for (const [run, other] of [
      [here, there],
      [docker, there],
      [here, docker],
    ] as const) {
      const certificate = await client.verifyRuns({ run, other })
      expect([certificate.verdict, levels(certificate)]).toEqual(['same', expect.objectContaining(SAME)])
    }
    const certificate = await client.verifyRuns({ run: there, other: here })
    expect(certificate.a).toMatchObject({ target: 'lab', kind: 'cluster' })
    expect(certificate.report.steps[1]?.a?.images[0]?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(certificate.report.findings.find(({ aspect }) => aspect === 'limits')?.words).toContain('pids')
    const twins = await client.listTwins({ run: there })
    expect(twins.runs.map(({ target }) => target).toSorted()).toEqual(['docker', 'process'])

    const edited = await play(bench, 'lab', 'def scaled(total, depth):\n    return total * depth\n')
    const different = await client.verifyRuns({ run: here, other: edited })
    const words = different.report.findings.map((it) => it.words)
    expect(words).toContain('the content of model differs: $.score: 4 and 16')
  })
})
