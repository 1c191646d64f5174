import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParityAspect, ParityVerdict } from '#core/contract/parity.ts'
import type { StepOutcome } from '#core/pipelines/index.ts'
import { compareInTurns, compareRuns } from './compare-runs.ts'
import { isNear } from './compare-metrics.ts'
import { openFindings } from './findings.ts'
import type { MetricFact, RunFacts } from './facts.ts'
import { factsOf, fileRecord, outcomesOf, partsOf, valueRecord } from './parity-fixture.ts'

const compare = (b: RunFacts, tolerance?: number) =>
  compareRuns({ a: factsOf('run a'), b }, tolerance === undefined ? {} : { tolerance })

/** Run b with a change of one of its step runs. */
function withStep(step: string, item: number | null, change: Partial<StepOutcome>): RunFacts {
  const steps = outcomesOf('run b').map((it) =>
    it.step === step && (it.item?.index ?? null) === item ? { ...it, ...change } : it,
  )
  return factsOf('run b', { steps })
}

function withMetric(change: Partial<MetricFact>): RunFacts {
  const loss = { key: 'loss', last: 0.25, min: 0.25, max: 1, count: 10, ...change }
  return factsOf('run b', { metrics: new Map([['train ', [loss]]]) })
}

test('two runs with the same of everything are the same, by the step runs that were computed twice', () => {
  const report = compare(factsOf('run b'))
  expect(report).toMatchObject({ verdict: 'same', findings: [], leftOut: 0 })
  expect(report.stepRuns).toEqual({ compared: 3, computedTwice: 3 })
  expect(report.aspects.filter(({ level }) => level !== 'same')).toEqual([])
  expect(report.words).toBe('The runs are the same: what went in, what became of each step, and what came out.')
})

describe('a difference is named', () => {
  const OTHER = 'Which grape?'
  type Row = readonly [what: string, b: RunFacts, aspect: ParityAspect, verdict: ParityVerdict, words: string | RegExp]
  test.each<Row>([
    [
      'the definition',
      factsOf('run b', { description: OTHER }),
      'definition',
      'same_results',
      /first at \$\.description$/,
    ],
    [
      'a parameter',
      factsOf('run b', { parameters: { depth: 8 } }),
      'parameters',
      'same_results',
      'the parameter depth differs',
    ],
    [
      'an environment',
      factsOf('run b', { head: { lock: { python: 'e1' } }, packages: new Map([['numpy', '2.3.1']]) }),
      'lock',
      'same_results',
      'the environment python differs',
    ],
    [
      'a code file',
      factsOf('run b', { code: new Map([['train.py', 'f1']]) }),
      'code',
      'same_results',
      'the code file train.py differs',
    ],
    [
      'a code file that one lacks',
      factsOf('run b', { code: new Map() }),
      'code',
      'same_results',
      'the code has the file train.py in one run alone',
    ],
    [
      'an input beside the document',
      factsOf('run b', { head: { inputs: { 'train.raw': 'd1' } } }),
      'inputs',
      'same_results',
      'the input train.raw differs',
    ],
    [
      'a step key, by its parts',
      {
        ...withStep('train', null, { key: 'another' }),
        keyParts: { train: partsOf({ command: ['python', 'other.py'] }), score: partsOf() },
      },
      'keys',
      'same_results',
      'the step keys differ: the command changed',
    ],
    [
      'a step key of an item, whose parts are the same',
      withStep('score', 1, { key: 'another' }),
      'keys',
      'same_results',
      'the step keys differ: the value of its item differs',
    ],
    [
      'a state',
      withStep('train', null, { status: 'failed', reason: 'exit code 1', madeBy: null, outputs: {} }),
      'states',
      'different',
      'it ended as succeeded in the first run and as failed in the second (exit code 1)',
    ],
    [
      'how the run ended',
      factsOf('run b', { head: { status: 'cancelled' } }),
      'states',
      'different',
      'the runs ended as succeeded and as cancelled',
    ],
    [
      'retries',
      withStep('train', null, { attempts: 3 }),
      'retries',
      'same',
      'it took 1 attempt in the first run and 3 attempts in the second',
    ],
    [
      'a value',
      withStep('train', null, { outputs: { accuracy: valueRecord(0.8) } }),
      'values',
      'different',
      'the value accuracy differs: 0.9 and 0.8',
    ],
    [
      'a place within a value',
      withStep('train', null, { outputs: { accuracy: valueRecord([1, 2]) } }),
      'values',
      'different',
      'the value accuracy differs: 0.9 and [1,2]',
    ],
    [
      'a file',
      withStep('score', 1, { outputs: { table: fileRecord('id,p\n2,0.8\n') } }),
      'artifacts',
      'different',
      'the content of table differs',
    ],
    [
      'whether a file may be executed',
      withStep('score', 1, { outputs: { table: fileRecord('id,p\n2,0.7\n', true) } }),
      'artifacts',
      'different',
      'the file table may be executed in one run alone',
    ],
    [
      'an output that one lacks',
      withStep('score', 1, { outputs: {} }),
      'artifacts',
      'different',
      'the output table is there in one run alone',
    ],
    [
      'a metric beyond the tolerance',
      withMetric({ last: 0.25001, min: 0.25 }),
      'metrics',
      'different',
      'the last value of the metric loss differs: 0.25 and 0.25001',
    ],
    [
      'a metric that one lacks',
      factsOf('run b', { metrics: new Map([['train ', []]]) }),
      'metrics',
      'different',
      'the metric loss was logged in one run alone',
    ],
    [
      'that metrics of one run are gone',
      factsOf('run b', { metrics: new Map() }),
      'metrics',
      'same',
      'its metrics are not compared: it is tracked (still) in one run alone',
    ],
    [
      'how often a metric was logged',
      withMetric({ count: 20 }),
      'metrics',
      'same',
      'the metric loss was logged another number of times',
    ],
    [
      'a limit that was not enforced',
      withStep('train', null, { notEnforced: ['memory'] }),
      'limits',
      'same',
      'memory was not enforced in the second run',
    ],
    [
      'an image',
      withStep('train', null, { image: { digest: 'sha256:1', platform: 'linux/amd64' } }),
      'images',
      'same',
      'it ran in an image in one run alone, by design',
    ],
    [
      'a target',
      factsOf('run b', { head: { target: 'lab', kind: 'cluster' } }),
      'target',
      'same',
      'the runs played on different targets, by design',
    ],
    [
      'a step that one lacks',
      factsOf('run b', { steps: outcomesOf('run b').filter(({ step }) => step !== 'train') }),
      'steps',
      'different',
      'only one of the runs has the step train',
    ],
    [
      'the number of items',
      factsOf('run b', { steps: outcomesOf('run b').slice(0, 2) }),
      'steps',
      'different',
      'the step score has another number of items',
    ],
    [
      'that a step was taken over',
      withStep('train', null, { status: 'cached', attempts: 0, madeBy: 'run a' }),
      'cache',
      'same',
      'the outputs of both were computed once, in run run a: that they are the same says nothing',
    ],
  ])('%s', (_, b, aspect, verdict, words) => {
    const report = compare(b)
    const [finding, ...others] = report.findings.filter((it) => it.aspect === aspect)
    expect(finding?.words).toEqual(typeof words === 'string' ? words : expect.stringMatching(words))
    expect(report.verdict).toBe(verdict)
    // A lock tells its packages too.
    if (aspect !== 'lock') expect(others).toEqual([])
    expect(report.aspects.find((it) => it.aspect === aspect)?.level).toBe(finding?.level)
    expect(report.findings.filter((it) => it.aspect !== aspect && it.level === 'different')).toEqual([])
  })

  test('a lock by its packages too', () => {
    const b = factsOf('run b', {
      head: { lock: { python: 'e1' } },
      packages: new Map([
        ['python', '3.11'],
        ['numpy', '2.3.1'],
      ]),
    })
    expect(compare(b).findings.at(-1)).toMatchObject({ name: 'numpy', a: '2.3.0', b: '2.3.1' })
  })

  test('many at once, each as what it is, and the verdict by what came out', () => {
    const b = {
      ...withStep('train', null, { key: 'another', outputs: { accuracy: valueRecord(0.8) }, attempts: 2 }),
      parameters: { depth: 8 },
    }
    const report = compare(b)
    expect(report.findings.map(({ aspect }) => aspect)).toEqual(['parameters', 'keys', 'retries', 'values'])
    expect(report.words).toBe('The runs differ in what came out: values; what went in differs too: parameters, keys.')
    expect(report.steps.map(({ step, level }) => [step, level])).toEqual([
      ['train', 'different'],
      ['score', 'same'],
    ])
  })
})

describe('what the verdict does not say, it says so', () => {
  test('where nothing was computed twice', () => {
    const taken = outcomesOf('run a').map((it) => ({ ...it, status: 'cached' as const, attempts: 0 }))
    const report = compare(factsOf('run b', { steps: taken }))
    expect(report.verdict).toBe('same')
    expect(report.stepRuns).toEqual({ compared: 3, computedTwice: 0 })
    expect(report.words).toContain('Nothing was computed twice')
  })

  test('where some was computed once', () => {
    const report = compare(withStep('train', null, { status: 'cached', attempts: 0, madeBy: 'run a' }))
    expect(report.words).toContain('Of 3 step runs that succeeded 1 was computed once')
  })

  test('where a step was taken from a run that computed it by itself, it was computed twice', () => {
    const report = compare(withStep('train', null, { status: 'cached', attempts: 0, madeBy: 'run c' }))
    expect(report.stepRuns.computedTwice).toBe(3)
    expect(report.findings[0]?.words).toContain('computed them apart from the other')
  })

  test('where metrics were not compared', () => {
    const gone = compare(factsOf('run b', { metrics: new Map() }))
    expect([gone.verdict, gone.words]).toEqual(['same', expect.stringContaining('metrics of 1 step run were not')])
    const unread = compare(factsOf('run b', { metrics: new Map(), unread: new Set(['train ']) }))
    expect(unread.words).toContain('The metrics of 1 step run were not compared.')
    expect(unread.findings[0]?.words).toBe('metrics were compared of 5000 step runs alone: of items last')
  })

  test('where both failed', () => {
    const head = { status: 'failed' } as const
    const report = compareRuns({ a: factsOf('run a', { head }), b: factsOf('run b', { head }) })
    expect(report.words).toContain('Both ended as failed.')
  })
})

describe('a comparison of many step runs', () => {
  const many = (run: string) => {
    const [train] = outcomesOf(run)
    if (train === undefined) throw new Error('no step run')
    return factsOf(run, {
      steps: Array.from({ length: 5_000 }, (_, index) => ({ ...train, item: { index, values: {} } })),
    })
  }
  const sides = { a: many('run a'), b: many('run b') }

  test('lets others have their turn, and says the same', async () => {
    let [turns, isOver] = [0, false]
    const other = (): void => {
      turns += 1
      if (!isOver) setImmediate(other)
    }
    setImmediate(other)
    const report = await compareInTurns(sides, {})
    isOver = true
    expect(turns).toBeGreaterThanOrEqual(4)
    expect(report).toEqual(compareRuns(sides))
  })

  test('is given up by a signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(compareInTurns(sides, {}, signal)).rejects.toThrow('enough')
  })
})

describe('findings', () => {
  const ITEMS = 3_000
  /** Run b with many items that are noted, then one step that differs. */
  const manyNotes = (run: string, attempts: number, accuracy: number) => {
    const [train, score] = outcomesOf(run)
    if (train === undefined || score === undefined) throw new Error('two step runs')
    const items = Array.from({ length: ITEMS }, (_, index) => ({ ...score, attempts, item: { index, values: {} } }))
    return factsOf(run, { steps: [...items, { ...train, outputs: { accuracy: valueRecord(accuracy) } }] })
  }

  test('that forbid nothing never hide what differs', () => {
    const report = compareRuns({ a: manyNotes('run a', 1, 0.9), b: manyNotes('run b', 2, 0.8) })
    expect(report.findings.map(({ aspect }) => aspect)).toEqual([
      ...Array.from({ length: 50 }, () => 'retries'),
      'values',
    ])
    expect(report.leftOut).toBe(ITEMS - 50)
    expect(report.aspects.find(({ aspect }) => aspect === 'retries')?.noted).toBe(ITEMS)
  })

  test('make room for what differs, the latest first', () => {
    const all = openFindings()
    for (let i = 0; i < 60; i += 1) all.note({ aspect: 'metrics', step: 's', words: `note ${i}` })
    for (let i = 0; i < 20; i += 1) all.different({ aspect: 'metrics', step: 's', words: `different ${i}` })
    const words = all.kept.map((it) => it.words)
    expect([words.length, words[29], words[30], words.at(-1)]).toEqual([50, 'note 29', 'different 0', 'different 19'])
    for (let i = 0; i < 2_000; i += 1) all.note({ aspect: 'cache', step: `step ${i}`, words: 'noted' })
    for (let i = 0; i < 2_000; i += 1) all.different({ aspect: 'states', step: `step ${i}`, words: 'differs' })
    expect(all.kept).toHaveLength(1_000)
    expect(all.kept.every(({ level }) => level === 'different')).toBe(true)
    expect(all.leftOut()).toBe(4_080 - 1_000)
  })

  test('are of whole characters', () => {
    const failed = (reason: string) => withStep('train', null, { status: 'failed', madeBy: null, outputs: {}, reason })
    const { findings } = compareRuns({ a: failed('x'), b: failed('cut \ud83d') })
    expect(findings[0]).toMatchObject({ aspect: 'states', a: 'x', b: 'cut \ufffd' })
  })
})

test('findings are kept up to a number, and counted beyond', () => {
  const many = (value: number) =>
    factsOf(`run ${value}`, {
      parameters: Object.fromEntries(Array.from({ length: 1_200 }, (_, i) => [`p${i}`, value])),
    })
  const report = compareRuns({ a: many(1), b: many(2) })
  expect([report.findings.length, report.leftOut]).toEqual([50, 1_150])
  expect(report.aspects.find(({ aspect }) => aspect === 'parameters')?.different).toBe(1_200)
})

describe('a name that every object has by inheritance is one like others', () => {
  const bare = { keyParts: {}, environments: {} }
  const named = (run: string, change: Partial<StepOutcome> = {}) =>
    factsOf(run, {
      ...bare,
      steps: outcomesOf(run).map((it) => (it.step === 'train' ? { ...it, step: 'constructor', ...change } : it)),
    })

  test('of a step', () => {
    const [step] = compareRuns({ a: named('run a'), b: named('run b') }).steps
    expect(step).toMatchObject({ step: 'constructor', level: 'same', a: { environment: null, items: null } })
    const { findings } = compareRuns({ a: named('run a'), b: named('run b', { key: 'another' }) })
    expect(findings).toMatchObject([{ aspect: 'keys', step: 'constructor' }])
  })

  test('of a parameter and of an output', () => {
    const { findings } = compare(factsOf('run b', { parameters: { depth: 4, constructor: 1 } }))
    expect(findings).toMatchObject([{ name: 'constructor', a: null, b: '1' }])
    const outputs = { accuracy: valueRecord(0.9), toString: valueRecord(1) }
    const more = compare(withStep('train', null, { outputs })).findings
    expect(more).toMatchObject([{ name: 'toString', words: 'the output toString is there in one run alone' }])
  })
})

describe('metrics', () => {
  test('are the same within the tolerance, which is of the larger value', () => {
    expect(compare(withMetric({ last: 0.2500001 }), 1e-6).verdict).toBe('same')
    expect(compare(withMetric({ last: 0.2500001 }), 0).verdict).toBe('different')
    expect(isNear(1e9, 1e9 + 1, 1e-6)).toBe(true)
    expect(isNear('NaN', 'NaN', 0)).toBe(true)
    expect(isNear('NaN', 1, 1)).toBe(false)
    expect(isNear(null, null, 0)).toBe(true)
  })

  test('are near in both directions, and always to themselves', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(value, value, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, tolerance) => {
        expect(isNear(a, a, tolerance)).toBe(true)
        expect(isNear(a, b, tolerance)).toBe(isNear(b, a, tolerance))
      }),
    )
  })

  test('of a step run that was tried again are compared by their last value, the rest is noted', () => {
    const again = (change: Partial<MetricFact>) => ({
      ...withStep('train', null, { attempts: 2 }),
      metrics: withMetric(change).metrics,
    })
    const { verdict, findings } = compare(again({ min: 0.1, max: 9, count: 14 }))
    expect(verdict).toBe('same')
    expect(findings.filter(({ aspect }) => aspect === 'metrics')).toMatchObject([
      { level: 'note', words: 'the least value of the metric loss differs: 0.25 and 0.1, of all attempts together' },
    ])
    expect(compare(again({ last: 0.5 })).verdict).toBe('different')
    expect(compare(withMetric({ min: 0.1 })).verdict).toBe('different')
  })

  test('of the machine are noted and forbid nothing', () => {
    const of = (last: number) => new Map([['train ', [{ key: 'system/cpu', last, min: last, max: last, count: 1 }]]])
    const sides = { a: factsOf('run a', { metrics: of(1) }), b: factsOf('run b', { metrics: of(2) }) }
    const report = compareRuns(sides)
    expect([report.verdict, report.findings[0]?.level]).toEqual(['same', 'note'])
  })
})

test('a metric that stands for a value output is compared as the value alone', () => {
  const of = (last: number) => new Map([['train ', [{ key: 'accuracy', last, min: last, max: last, count: 1 }]]])
  const b = { ...withStep('train', null, { outputs: { accuracy: valueRecord(0.8) } }), metrics: of(0.8) }
  const report = compareRuns({ a: factsOf('run a', { metrics: of(0.9) }), b })
  expect(report.findings.map(({ aspect }) => aspect)).toEqual(['values'])
})

describe('a folder', () => {
  const folder = (files: Readonly<Record<string, string>>, emptyFolders: readonly string[] = []) => {
    const entries = Object.entries(files).map(([path, text]) => ({ path, ...fileOf(text) }))
    const sha256 = JSON.stringify([files, emptyFolders])
    return { kind: 'folder', size: 1, files: entries, emptyFolders, sha256 } as const
  }
  const fileOf = (text: string) => {
    const record = fileRecord(text)
    if (record.kind !== 'file') throw new Error('no file')
    const { size, executable, sha256 } = record
    return { size, executable, sha256 }
  }
  const withFolder = (run: string, ...of: Parameters<typeof folder>) => {
    const [first, ...rest] = outcomesOf(run)
    if (first === undefined) throw new Error('no step run')
    return factsOf(run, { steps: [{ ...first, outputs: { pages: folder(...of) } }, ...rest] })
  }

  test('differs file by file, and in empty folders', () => {
    const a = withFolder('run a', { x: '1', y: '2', z: '3' })
    const b = withFolder('run b', { x: '1', y: '9', w: '4' })
    expect(compareRuns({ a, b }).findings.map(({ name, words }) => [name, words])).toEqual([
      ['pages/w', 'the file pages/w is there in one run alone'],
      ['pages/y', 'the content of pages/y differs'],
      ['pages/z', 'the file pages/z is there in one run alone'],
    ])
    const empty = withFolder('run b', { x: '1', y: '2', z: '3' }, ['sub'])
    expect(compareRuns({ a, b: empty }).findings[0]?.words).toBe('the output pages has other empty folders')
  })

  test('of many files that differ names some and counts the rest', () => {
    const files = (text: string) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, text]))
    const report = compareRuns({ a: withFolder('run a', files('1')), b: withFolder('run b', files('2')) })
    expect(report.findings).toHaveLength(21)
    expect(report.findings.at(-1)?.words).toBe('10 more files of pages differ')
  })
})
