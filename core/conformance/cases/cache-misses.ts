import type { Case, ProjectFiles, Spec } from '#core/conformance/case.ts'
import { file, put, sh } from './steps.ts'
import { NEW, RAN, twice } from './twice.ts'

const group = 'cache'

type Change = {
  readonly name: string
  readonly what: string
  readonly before?: object
  readonly after: object
  readonly files?: ProjectFiles
  readonly changed?: ProjectFiles
  readonly secrets?: Case['secrets']
  /** Of the second run, where it is not that of the first. */
  readonly second?: string
}

/** A step that must run again since a part of its key changed. */
function miss({ name, what, before = {}, after, files, changed, secrets, second = RAN }: Change): Case {
  const spec = (more: object): Spec => ({
    steps: { only: sh(put('f', 'abc'), { outputs: { f: { type: 'file' } }, ...more }) },
  })
  return {
    name: `cache-miss-${name}`,
    group,
    description: `A step runs again when ${what}`,
    spec: spec(before),
    ...(files === undefined ? {} : { files }),
    ...(secrets === undefined ? {} : { secrets }),
    scenario: twice(
      [RAN],
      { spec: spec(after), ...(changed === undefined ? {} : { files: changed }) },
      { trace: [second] },
    ),
  }
}

const SECRETS = [
  { secret: 'conformance-miss', key: 'a', value: 'value-a-8d3f' },
  { secret: 'conformance-miss', key: 'b', value: 'value-b-8d3f' },
]
const tokenFrom = (key: string): object => ({ secrets: { TOKEN: { secret: 'conformance-miss', key } } })

/** What makes a step run again. */
export const cacheMissCases: readonly Case[] = [
  miss({ name: 'command', what: 'its command changed', after: { command: ['sh', '-c', `: ; ${put('f', 'abc')}`] } }),
  miss({ name: 'env', what: 'a variable changed', before: { env: { A: '1' } }, after: { env: { A: '2' } } }),
  miss({
    name: 'code',
    what: 'a file of the code that it uses changed',
    before: { files: ['*.txt'] },
    after: { files: ['*.txt'] },
    files: { 'a.txt': 'miss 1\n' },
    changed: { 'a.txt': 'miss 2\n' },
  }),
  miss({
    name: 'input',
    what: 'the content of an input file changed',
    before: { inputs: { in: { file: 'in.csv' } }, files: ['case.txt'] },
    after: { inputs: { in: { file: 'in.csv' } }, files: ['case.txt'] },
    files: { 'in.csv': '1\n' },
    changed: { 'in.csv': '2\n' },
  }),
  miss({
    name: 'outputs',
    what: 'its declared outputs changed',
    after: { outputs: { f: { type: 'string' } } },
    second: `only succeeded: #1 ${NEW} > started > succeeded 0 f="abc"`,
  }),
  miss({
    name: 'secret',
    what: 'it names another secret',
    before: tokenFrom('a'),
    after: tokenFrom('b'),
    secrets: SECRETS,
  }),
  {
    name: 'cache-miss-parameter',
    group,
    description: 'A step runs again when a parameter that it uses changed, and others do not',
    spec: {
      parameters: { p: { type: 'integer', default: 1 } },
      steps: {
        uses: sh('exit 0', { args: ['${{ parameters.p }}'] }),
        other: sh('exit 0'),
      },
    },
    scenario: twice(
      [`uses succeeded: #1 ${NEW} > started > succeeded 0`, `other succeeded: #1 ${NEW} > started > succeeded 0`],
      {},
      {
        trace: [`uses succeeded: #1 ${NEW} > started > succeeded 0`, 'other cached: cached from <run 1>'],
        parameters: { p: 2 },
      },
    ),
  },
  {
    name: 'cache-miss-upstream',
    group,
    description: 'A step runs again when the step that makes its input changed, though the content is the same',
    spec: upstream('abc', ''),
    scenario: twice(
      [
        `a succeeded: #1 ${NEW} > started > succeeded 0 f=${file('abc')}`,
        `b succeeded: #1 ${NEW} > started > succeeded 0`,
      ],
      { spec: upstream('abc', ': ; ') },
      {
        trace: [
          `a succeeded: #1 ${NEW} > started > succeeded 0 f=${file('abc')}`,
          `b succeeded: #1 ${NEW} > started > succeeded 0`,
        ],
      },
    ),
  },
  {
    name: 'cache-miss-item',
    group,
    description: 'Of a fan-out only the items that are new run',
    spec: items([1, 2]),
    scenario: twice(
      [
        'each succeeded: expanded [{"i":1},{"i":2}] > finished succeeded',
        `each[0] succeeded: #1 ${NEW} > started > succeeded 0`,
        `each[1] succeeded: #1 ${NEW} > started > succeeded 0`,
      ],
      { spec: items([1, 3]) },
      {
        trace: [
          'each succeeded: expanded [{"i":1},{"i":3}] > finished succeeded',
          'each[0] cached: cached from <run 1>',
          `each[1] succeeded: #1 ${NEW} > started > succeeded 0`,
        ],
      },
    ),
  },
]

function upstream(text: string, prefix: string): Spec {
  return {
    steps: {
      a: sh(prefix + put('f', text), { outputs: { f: { type: 'file' } } }),
      b: sh('cat "$MINISUB_INPUTS/in"', { inputs: { in: '${{ steps.a.outputs.f }}' } }),
    },
  }
}

function items(values: readonly number[]): Spec {
  return { steps: { each: sh('echo "$1"', { args: ['${{ each.i }}'], forEach: { i: values } }) } }
}
