import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { evidenceOf, type Recording } from './recording-fixture.ts'
import { explainFailure, type Evidence } from './index.ts'
import { RULES } from './rules/index.ts'

const FOLDER = join(import.meta.dirname, 'recorded')
const recorded = (file: string): Recording[] => parse(readFileSync(join(FOLDER, file), 'utf8')) as Recording[]
const named = readdirSync(FOLDER)
  .filter((file) => file !== 'healthy.yaml')
  .flatMap((file) => recorded(file).map((recording, place) => ({ ...recording, name: `${file} ${place + 1}` })))

describe('what was recorded', () => {
  test.each(named)('leads to its own rule: $name, $is', (recording) => {
    const found = explainFailure(evidenceOf(recording))
    expect(found?.id ?? null).toBe(recording.is)
    const words = found === undefined ? '' : `${found.sentence} ${found.cause} ${found.fix}`
    expect(words).toContain(recording.says ?? '')
    expect(words).not.toMatch(/\{\w+\}|undefined| {2}/)
    if (recording.line !== undefined) expect(found?.logLine).toBe(recording.line)
  })

  test('is there for every rule, and there are enough of them', () => {
    const ids = RULES.map(({ id }) => id)
    expect(ids.filter((id) => !named.some(({ is }) => is === id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThanOrEqual(30)
    expect(named.filter(({ is }) => is === null).length).toBeGreaterThanOrEqual(10)
  })

  test.each(recorded('healthy.yaml'))('names nothing where a step did well: $from', ({ log = '' }) => {
    for (const exit of [0, 1, 3])
      for (const stream of ['stdout', 'stderr'] as const)
        expect(explainFailure(evidenceOf({ is: null, log, exit, stream }))).toBeUndefined()
  })
})

test('every rule has whole sentences', () => {
  const texts = RULES.flatMap(({ sentence, cause, fix }) => [sentence, cause, fix])
  expect(texts.filter((text) => !/^[A-Z{].*[.}]$/s.test(text) || text.length > 320)).toEqual([])
})

test('what says the core counts before what is printed, and what is printed before an exit code', () => {
  const log = '    np.zeros(9)\nsh: 1: ffmpeg: not found\n'
  const missing = { is: null, exit: 127, log }
  expect(explainFailure(evidenceOf(missing))?.id).toBe('command-missing-inside')
  expect(explainFailure(evidenceOf({ ...missing, code: 'step_timeout', reason: 'too long' }))?.id).toBe('timeout')
  expect(explainFailure(evidenceOf({ is: null, exit: 127, log: '' }))?.id).toBe('command-missing-somewhere')
})

test('two streams are two logs: what one says last counts, wherever it stands beside the other', () => {
  const evidence = evidenceOf({ is: null, exit: 1, log: '' })
  const errors = ['Traceback (most recent call last):', '  File "/a.py", line 1, in f', "ValueError: it's"]
  const rows = Array.from({ length: 50 }, (_, at) => `row ${at}`)
  const line = (stream: 'stdout' | 'stderr') => (words: string, at: number) => ({ number: at + 1, stream, text: words })
  const mixed = [...errors.map(line('stderr')), ...rows.map(line('stdout'))]
  expect(explainFailure({ ...evidence, log: mixed })).toMatchObject({ id: 'python-exception', logLine: 3 })
  expect(explainFailure({ ...evidence, log: [...errors, ...rows].map(line('stdout')) })).toBeUndefined()
  const full = [...rows.map(line('stderr')), { number: 60, stream: 'stdout' as const, text: 'No space left on device' }]
  expect(explainFailure({ ...evidence, log: full })).toMatchObject({ id: 'disk-full', logLine: 60 })
})

test('a line is quoted without colours and cut where it is long, and lines of a log that was cut are not numbered', () => {
  const text = `\u001b[31mcp: error writing 'a': No space left on device\u001b[0m ${'x'.repeat(900)}`
  const evidence = evidenceOf({ is: null, exit: 1, log: '' })
  const found = explainFailure({ ...evidence, log: [{ number: null, stream: 'stdout', text }] })
  expect(found).toMatchObject({ id: 'disk-full', logLine: null })
  expect(found?.quote).toMatch(/^cp: error writing 'a': No space left on device x+…$/)
  expect(found?.quote?.length).toBe(400)
})

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom(
    'Traceback (most recent call last):',
    '  File "/a.py", line 3, in f',
    "KeyError: 'x'",
    'The above exception was the direct cause of the following exception:',
    'SyntaxError: x',
    '',
  ),
)
const maybe = fc.option(text, { nil: null })
const evidences: fc.Arbitrary<Evidence> = fc.record({
  runtime: fc.constantFrom('process', 'container', 'pod'),
  code: fc.constantFrom(null, 'command_failed', 'step_lost', 'output_missing', 'command_not_found'),
  exitCode: fc.option(fc.integer({ min: 0, max: 255 }), { nil: null }),
  signal: fc.constantFrom(null, 'SIGKILL', 'SIGSEGV'),
  reason: maybe,
  waiting: maybe,
  limits: fc.constant({ memoryBytes: null, shmBytes: 64, timeoutSeconds: null }),
  network: fc.boolean(),
  codeFolder: fc.constantFrom(null, '/mini-submarine/code', '', 'code'),
  log: fc
    .array(fc.record({ text, stream: fc.constantFrom('stdout', 'stderr') }))
    .map((lines) => lines.map((line, at) => ({ ...line, number: at + 1 }))),
  pod: fc.constant(null),
})

test('no evidence makes it throw, and what it names stands in the log', () => {
  fc.assert(
    fc.property(evidences, (evidence) => {
      const found = explainFailure(evidence)
      const line = found?.logLine ?? null
      if (line !== null) expect(evidence.log.some(({ number }) => number === line)).toBe(true)
    }),
  )
})

describe('however a log is made, it is soon looked through', () => {
  const parts = [
    'Traceback (most recent call last):',
    '  File "/a.py", line 3, in f',
    'a: ',
    'No such file or directory ',
    'nodes are available: ',
    'pull unpack image ',
    'lib.so.',
    "'[Errno 2] ",
    '\u001b[31',
    ': line 1: ',
    '[maximum cpu usage per Container is ',
    'exceeded quota: x, requested: , used: ',
  ]
  test.each(parts)('%s', (part) => {
    const long = part.repeat(60_000 / part.length)
    const log = [...Array.from({ length: 20_000 }, () => part), ...Array.from({ length: 40 }, () => long)]
    const evidence = evidenceOf({ is: null, exit: 1, reason: long, waiting: long, log: '' })
    const begun = performance.now()
    explainFailure({ ...evidence, log: log.map((line, at) => ({ number: at, stream: 'stderr', text: line })) })
    explainFailure({ ...evidence, exitCode: null, log: [] })
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})
