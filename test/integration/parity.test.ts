import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ParityCertificate } from '#core/contract/parity.ts'
import { checkCertificate, openParity, type MetricFact, type Parity } from '#core/parity/index.ts'
import { openEngine, problemOf, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
let parity: Parity
const metrics = new Map<string, readonly MetricFact[]>()
beforeAll(async () => {
  engine = await openEngine()
  parity = openParity({
    home: engine.home,
    version: '1.2.3',
    pipelines: engine.service,
    blobs: engine.blobs,
    tracked: {
      settled: () => Promise.resolve(),
      metrics: ({ run, step }) => metrics.get(`${run} ${step}`),
    },
  })
})
afterAll(() => engine[Symbol.asyncDispose]())

const SPEC = {
  parameters: { factor: { type: 'integer', default: 2 } },
  steps: {
    prepare: sh('cat "$MINISUB_INPUTS/raw" > "$MINISUB_OUTPUTS/rows"; cat extra.txt >> "$MINISUB_OUTPUTS/rows"', {
      inputs: { raw: { file: 'raw.csv' } },
      outputs: { rows: { type: 'file' } },
    }),
    scale: sh('printf %s $(($1 * $2)) > "$MINISUB_OUTPUTS/n"', '${{ each.i }}', '${{ parameters.factor }}', {
      forEach: { i: [1, 2, 3] },
      outputs: { n: { type: 'integer' } },
    }),
    report: sh('mkdir "$MINISUB_OUTPUTS/pages"; cp "$MINISUB_INPUTS/rows" "$MINISUB_OUTPUTS/pages/rows.csv"', {
      inputs: { rows: '${{ steps.prepare.outputs.rows }}' },
      outputs: { pages: { type: 'folder' } },
    }),
  },
}

async function runOf(
  { raw = 'id,n\n1,2\n', extra = '3,4\n', spec = SPEC }: { raw?: string; extra?: string; spec?: object } = {},
  parameters: Record<string, number> = {},
): Promise<string> {
  await engine.write('raw.csv', raw)
  await engine.write('extra.txt', extra)
  return (await engine.run(await engine.pipeline(spec, 'parity'), { cache: false, parameters })).id
}

const differing = ({ report }: ParityCertificate) =>
  report.findings.flatMap(({ level, aspect, words }) => (level === 'different' ? [[aspect, words]] : []))

describe('two real runs', () => {
  test('of the same are the same, and their certificate can be checked', async () => {
    const [a, b] = [await runOf(), await runOf()]
    const certificate = await parity.verify({ a, b: b.slice(0, 20) })
    expect(differing(certificate)).toEqual([])
    expect(certificate).toMatchObject({
      verdict: 'same',
      a: { run: a, target: 'process', kind: 'process', parameters: { factor: '2' } },
      b: { run: b },
      report: { stepRuns: { compared: 5, computedTwice: 5 }, leftOut: 0 },
    })
    expect(checkCertificate(JSON.stringify(certificate), parity.key().publicKey)).toMatchObject({ ok: true })
  })

  test('whose code differs are told by the file, the keys, and what came of it, down to the cell', async () => {
    const [a, b] = [await runOf(), await runOf({ extra: '3,5\n' })]
    const certificate = await parity.verify({ a, b })
    expect(certificate.verdict).toBe('different')
    expect(differing(certificate)).toEqual([
      ['code', 'the code file extra.txt differs: line 1, column 3: 3,4 and 3,5'],
      ['keys', 'the step keys differ: the code files that it uses changed'],
      ['artifacts', 'the content of rows differs: row 2, column n: 4 and 5'],
      ['keys', 'the step keys differ: the code files that it uses changed'],
      ['keys', 'the step keys differ: the code files that it uses changed'],
      ['keys', 'the step keys differ: the code files that it uses changed'],
      ['keys', expect.stringContaining('the code files that it uses changed')],
      ['artifacts', 'the content of pages/rows.csv differs: row 2, column n: 4 and 5'],
    ])
  })

  test('whose parameter differs are told by it and by the values', async () => {
    const certificate = await parity.verify({ a: await runOf(), b: await runOf({}, { factor: 3 }) })
    expect(differing(certificate)).toContainEqual(['parameters', 'the parameter factor differs'])
    expect(differing(certificate)).toContainEqual(['values', 'the value n differs: 2 and 3'])
  })

  test('of another definition are told where that differs first, and of another input by its name', async () => {
    const spec = { ...SPEC, steps: { ...SPEC.steps, last: sh('true') } }
    const certificate = await parity.verify({ a: await runOf(), b: await runOf({ raw: 'id,n\n1,3\n', spec }) })
    const found = differing(certificate)
    expect(found).toContainEqual(['definition', 'the definitions differ, first at $.steps.last'])
    expect(found).toContainEqual(['inputs', 'the input prepare.raw differs'])
    expect(found).toContainEqual(['steps', 'only one of the runs has the step last'])
  })

  test('of which one took over what the other computed say that nothing was computed twice', async () => {
    await engine.write('raw.csv', 'id,n\n9,9\n')
    const file = await engine.pipeline(SPEC, 'shared')
    const [a, b] = [(await engine.run(file)).id, (await engine.run(file)).id]
    const { verdict, report } = await parity.verify({ a, b })
    expect(verdict).toBe('same')
    expect(report.stepRuns).toEqual({ compared: 5, computedTwice: 0 })
    expect(report.words).toContain('Nothing was computed twice')
    expect(report.aspects.find(({ aspect }) => aspect === 'cache')).toMatchObject({ level: 'note', noted: 5 })
  })

  test('one of which retried and failed are told by states and retries', async () => {
    const retry = { limit: 1, backoff: { duration: '1ms' } }
    const flaky = (codes: string) => ({
      steps: { flaky: { ...sh(`set -- ${codes}; shift $((MINISUB_ATTEMPT - 1)); exit $1`), retry } },
    })
    const runs = [
      await runOf({ spec: flaky('0 0') }),
      await runOf({ spec: flaky('1 0') }),
      await runOf({ spec: flaky('1 2') }),
    ]
    const [good = '', slow = '', bad = ''] = runs
    const retried = await parity.verify({ a: good, b: slow })
    expect(retried.report.findings.find(({ aspect }) => aspect === 'retries')).toMatchObject({
      level: 'note',
      a: '1 attempt',
      b: '2 attempts',
    })
    const failed = await parity.verify({ a: good, b: bad })
    expect(failed.verdict).toBe('different')
    expect(differing(failed)).toContainEqual([
      'states',
      expect.stringContaining('as failed in the second (exit code 2)'),
    ])
  })

  test('whose metrics are apart are the same within the tolerance alone', async () => {
    const [a, b] = [await runOf(), await runOf()]
    const loss = (last: number) => [{ key: 'loss', last, min: last, max: last, count: 1 }]
    metrics.set(`${a} prepare`, loss(0.5))
    metrics.set(`${b} prepare`, loss(0.5001))
    expect(differing(await parity.verify({ a, b }))).toEqual([
      ['metrics', 'the last value of the metric loss differs: 0.5 and 0.5001'],
    ])
    expect((await parity.verify({ a, b, tolerance: 0.001 })).verdict).toBe('same')
  })
})

test('what cannot be compared is a problem that says what to do', async () => {
  const id = await runOf()
  expect(await problemOf(parity.verify({ a: id, b: id }))).toMatchObject({ code: 'invalid_value' })
  expect(await problemOf(parity.verify({ a: id, b: '01zzzzzz' }))).toMatchObject({ code: 'not_found' })
  const slow = await engine.start(await engine.pipeline({ steps: { wait: sh('exec sleep 60') } }, 'slow'))
  const { code, message } = await problemOf(parity.verify({ a: id, b: slow.id }))
  expect([code, message]).toEqual(['conflict', expect.stringContaining('wait for its end')])
  await engine.service.cancel(slow.id)
  await engine.end(slow.id)
})

test('twins are the latest runs of the same definition and parameters elsewhere', async () => {
  const [a, b, other] = [await runOf(), await runOf(), await runOf({}, { factor: 7 })]
  expect(engine.service.twins(a)).toEqual([])
  // As if they had played on a cluster.
  for (const id of [b, other]) engine.store.db.prepare('UPDATE runs SET target = ? WHERE id = ?').run('lab', id)
  expect(engine.service.twins(a).map(({ id }) => id)).toEqual([b])
  expect(engine.service.twins(b)[0]?.id).toBe(a)
  expect(engine.service.twins(other)).toEqual([])
})

test('what came of a run tells who computed what, also where it was resumed', async () => {
  const spec = {
    steps: {
      good: sh('echo 1 > "$MINISUB_OUTPUTS/n"', { outputs: { n: { type: 'integer' } } }),
      bad: sh('test -e /tmp/minisub-parity-never', { needs: ['good'] }),
    },
  }
  const first = await runOf({ spec })
  const second = (await engine.resume(first)).id
  const third = (await engine.resume(second)).id
  const made = (run: string) =>
    engine.service.outcome(run).steps.map(({ step, status, madeBy }) => [step, status, madeBy])
  expect(made(third)).toEqual([
    ['good', 'cached', first],
    ['bad', 'failed', null],
  ])
  expect(engine.service.outcome(first).steps[0]).toMatchObject({ madeBy: first, attempts: 1, image: null })
})
