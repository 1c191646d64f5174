import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffPushes } from './push-changes.ts'
import type { PushRecord } from './pushed.ts'

const sha = (digit: string): string => digit.repeat(64)

const RECORD: PushRecord = {
  version: 1,
  pipeline: 'wine',
  pipelineDigest: sha('a'),
  definition: {
    apiVersion: 'mini-submarine/v1',
    name: 'wine',
    description: null,
    code: '.',
    parameters: { depth: { type: 'integer', default: 3 } },
    environments: { main: { python: '>=3.9', packages: ['numpy'] } },
    steps: {
      prep: { kind: 'command', command: ['python', 'prep.py'], env: {}, when: null },
      train: { kind: 'command', command: ['python', 'train.py'], env: { SEED: '1' }, when: null },
    },
    outputs: { score: '${{ steps.train.outputs.score }}' },
  },
  environments: { main: { digest: sha('1'), base: 'Python 3.11', packages: { numpy: '2.0.0' } } },
  parameters: { depth: 3 },
  code: { digest: sha('2'), files: { 'train.py': sha('3') }, steps: { prep: sha('2'), train: sha('2') } },
  inputs: { 'prep.table': sha('4') },
  images: { main: `registry.example/env@sha256:${sha('5')}` },
  template: 'wine-0123456789',
  secret: null,
  keys: ['code/x'],
}

type Change = ReturnType<typeof diffPushes>[number]
const changed = (part: Change['part'], name: string, before: string, after: string): Change => {
  return { part, name, change: 'changed', before, after }
}

const { definition, code, environments } = RECORD
const steps = { prep: { kind: 'command', command: ['python', 'prep.py'], env: {}, when: null } }
const train = { kind: 'command', command: ['python', 'train.py'], env: { SEED: '1' }, when: null }
const withTrain = (fields: object): Partial<PushRecord> => {
  return { definition: { ...definition, steps: { ...steps, train: { ...train, ...fields } } } }
}
const withMain = (fields: Partial<PushRecord['environments'][string]>): Partial<PushRecord> => {
  const main = { digest: sha('1'), base: 'Python 3.11', packages: { numpy: '2.0.0' } }
  return { environments: { ...environments, main: { ...main, ...fields } } }
}

const CASES: readonly (readonly [string, Partial<PushRecord>, readonly Change[]])[] = [
  ['nothing', {}, []],
  ['keys alone', { keys: [] }, []],
  [
    'a command',
    withTrain({ command: ['sh'] }),
    [changed('step', 'steps.train.command', '["python","train.py"]', '["sh"]')],
  ],
  [
    'variables of a step',
    withTrain({ env: { HOST: 'x' } }),
    [
      { part: 'step', name: 'steps.train.env.SEED', change: 'removed', before: '1', after: null },
      { part: 'step', name: 'steps.train.env.HOST', change: 'added', before: null, after: 'x' },
    ],
  ],
  [
    'a step that is gone',
    { definition: { ...definition, steps } },
    [{ part: 'step', name: 'steps.train', change: 'removed', before: '["python","train.py"]', after: null }],
  ],
  [
    'a description',
    { definition: { ...definition, description: 'new' } },
    [changed('definition', 'description', 'null', 'new')],
  ],
  [
    'a default with its value',
    { definition: { ...definition, parameters: { depth: { type: 'integer', default: 4 } } }, parameters: { depth: 4 } },
    [changed('parameter', 'depth', '3', '4'), changed('parameter', 'depth.default', '3', '4')],
  ],
  ['a value that was given', { parameters: { depth: 9 } }, [changed('parameter', 'depth', '3', '9')]],
  [
    'packages',
    withMain({ digest: sha('9'), packages: { numpy: '2.1.0', pandas: '2.2.0' } }),
    [
      changed('environment', 'main: numpy', '2.0.0', '2.1.0'),
      { part: 'environment', name: 'main: pandas', change: 'added', before: null, after: '2.2.0' },
    ],
  ],
  [
    'the hashes of packages',
    withMain({ digest: sha('9') }),
    [changed('environment', 'main', '1'.repeat(12), '9'.repeat(12))],
  ],
  [
    'files of the code',
    { code: { ...code, digest: sha('8'), files: { 'train.py': `${sha('3')} x`, link: '-> train.py' } } },
    [
      { part: 'code', name: 'link', change: 'added', before: null, after: '-> train.py' },
      changed('code', 'train.py', '3'.repeat(12), `${'3'.repeat(12)} x`),
    ],
  ],
  [
    'an input',
    { inputs: { 'prep.table': sha('7') } },
    [changed('input', 'prep.table', '4'.repeat(12), '7'.repeat(12))],
  ],
  [
    'the image of steps without an environment',
    { images: { ...RECORD.images, '': 'python' } },
    [{ part: 'image', name: '(no environment)', change: 'added', before: null, after: 'python' }],
  ],
  ['what the target adds', { template: 'wine-9' }, [changed('definition', 'template', 'wine-0123456789', 'wine-9')]],
]

describe('what differs between two pushes', () => {
  test.each(CASES)('%s', (_what, change, changes) => {
    expect(diffPushes(RECORD, { ...RECORD, ...change })).toEqual(changes)
  })

  test('is all of it where there was none before', () => {
    const all = diffPushes(null, RECORD)
    expect(all.map(({ change }) => change)).toEqual(Array(all.length).fill('added'))
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['steps.prep', 'depth', 'main', 'train.py']))
  })

  test('is shortened, and told of some hundred at most', () => {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, sha('3')]))
    const changes = diffPushes(RECORD, { ...RECORD, ...withTrain({ when: 'x'.repeat(500) }), code: { ...code, files } })
    expect([changes.length, changes.at(-1)?.name]).toEqual([301, '202 more'])
    expect(changes[0]).toMatchObject({ name: 'steps.train.when', after: `${'x'.repeat(119)}…` })
  })

  test('is nothing exactly where two are the same, and names each text that was changed', () => {
    const name = fc.stringMatching(/^[a-z]{1,4}$/)
    const texts = fc.dictionary(name, fc.stringMatching(/^[0-9a-f]{4}$/), { maxKeys: 5 })
    const record = fc
      .record({ files: texts, inputs: texts, images: texts, parameters: texts })
      .map((it): PushRecord => {
        const { files, ...rest } = it
        return { ...RECORD, ...rest, code: { ...code, files } }
      })
    const PARTS = { code: (it: PushRecord) => it.code.files, input: (it: PushRecord) => it.inputs } as const
    fc.assert(
      fc.property(record, record, (before, after) => {
        expect(diffPushes(before, before)).toEqual([])
        const changes = diffPushes(before, after)
        expect(changes.length === 0).toBe(JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)))
        for (const [part, textsOf] of Object.entries(PARTS)) {
          const [left, right] = [textsOf(before), textsOf(after)]
          const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
          const named = changes.filter((it) => it.part === part).map((it) => it.name)
          expect(named.toSorted()).toEqual(names.filter((it) => left[it] !== right[it]).toSorted())
        }
      }),
    )
  })
})

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
