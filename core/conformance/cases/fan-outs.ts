import type { Case } from '#core/conformance/case.ts'
import { file, put, sh } from './steps.ts'

const group = 'fan-outs'
const FIFTY = Array.from({ length: 50 }, (_, index) => index)

/** `forEach`, and what its readers see. */
export const fanOutCases: readonly Case[] = [
  {
    name: 'fan-out-0',
    group,
    description: 'A fan-out over nothing succeeds at once, and its readers see an empty list and an empty folder',
    spec: {
      steps: {
        none: sh('exit 1', {
          forEach: { i: [] },
          outputs: { n: { type: 'integer' }, f: { type: 'file' } },
        }),
        reader: sh('echo "$1"; ls -A "$MINISUB_INPUTS/all" | wc -l | tr -d " "', {
          args: ['${{ steps.none.outputs.n }}'],
          inputs: { all: '${{ steps.none.outputs.f }}' },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: ['none succeeded: expanded [] > finished succeeded', 'reader succeeded: #1 > started > succeeded 0'],
          logs: { reader: { stdout: ['[]', '0'] } },
        },
      },
    ],
  },
  {
    name: 'fan-out-1',
    group,
    description: 'A fan-out over one item gives a list of one',
    spec: {
      steps: {
        one: sh('printf %s "$MINISUB_ITEM$1" > "$MINISUB_OUTPUTS/s"', {
          args: ['${{ each.x }}'],
          forEach: { x: ['a'] },
          outputs: { s: { type: 'string' } },
        }),
      },
      outputs: { all: '${{ steps.one.outputs.s }}' },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          outputs: { all: ['0a'] },
          trace: [
            'one succeeded: expanded [{"x":"a"}] > finished succeeded',
            'one[0] succeeded: #1 > started > succeeded 0 s="0a"',
          ],
        },
      },
    ],
  },
  {
    name: 'fan-out-50',
    group,
    description: 'A fan-out over 50 items runs each once, and gathers in the order of the items',
    spec: {
      steps: {
        many: sh('printf %s "$(($1 * $1))" > "$MINISUB_OUTPUTS/n"', {
          args: ['${{ each.i }}'],
          forEach: { i: FIFTY },
          parallelism: 8,
          outputs: { n: { type: 'integer' } },
        }),
      },
      outputs: { all: '${{ steps.many.outputs.n }}' },
    },
    slow: true,
    scenario: [
      {
        act: 'run',
        parallelism: 8,
        expected: {
          status: 'succeeded',
          outputs: { all: FIFTY.map((i) => i * i) },
          trace: [
            `many succeeded: expanded [${FIFTY.map((i) => `{"i":${i}}`).join(',')}] > finished succeeded`,
            ...FIFTY.map((i) => `many[${i}] succeeded: #1 > started > succeeded 0 n=${i * i}`),
          ],
        },
      },
    ],
  },
  {
    name: 'fan-out-product',
    group,
    description: 'A fan-out over two lists is their product, and the last variable is the fastest',
    spec: {
      parameters: { letters: { type: 'list', default: ['a', 'b'] } },
      steps: {
        pair: sh('printf %s "$1$2" > "$MINISUB_OUTPUTS/s"', {
          args: ['${{ each.x }}', '${{ each.y }}'],
          forEach: { x: '${{ parameters.letters }}', y: [1, 2] },
          outputs: { s: { type: 'string' } },
        }),
      },
      outputs: { all: '${{ steps.pair.outputs.s }}' },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          outputs: { all: ['a1', 'a2', 'b1', 'b2'] },
          trace: [
            'pair succeeded: expanded [{"x":"a","y":1},{"x":"a","y":2},{"x":"b","y":1},{"x":"b","y":2}] > finished succeeded',
            'pair[0] succeeded: #1 > started > succeeded 0 s="a1"',
            'pair[1] succeeded: #1 > started > succeeded 0 s="a2"',
            'pair[2] succeeded: #1 > started > succeeded 0 s="b1"',
            'pair[3] succeeded: #1 > started > succeeded 0 s="b2"',
          ],
        },
      },
    ],
  },
  {
    name: 'fan-out-from-step',
    group,
    description: 'A fan-out over a list that a step wrote has one step run for each of its elements',
    spec: {
      steps: {
        list: sh(put('l', '["x y", 2, {"k": true}]'), { outputs: { l: { type: 'list' } } }),
        each: sh('printf "%s\\n" "$1"', {
          args: ['${{ each.v }}'],
          forEach: { v: '${{ steps.list.outputs.l }}' },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'list succeeded: #1 > started > succeeded 0 l=["x y",2,{"k":true}]',
            'each succeeded: expanded [{"v":"x y"},{"v":2},{"v":{"k":true}}] > finished succeeded',
            'each[0] succeeded: #1 > started > succeeded 0',
            'each[1] succeeded: #1 > started > succeeded 0',
            'each[2] succeeded: #1 > started > succeeded 0',
          ],
          logs: { 'each[0]': { stdout: ['x y'] }, 'each[1]': { stdout: ['2'] }, 'each[2]': { stdout: ['{"k":true}'] } },
        },
      },
    ],
  },
  {
    name: 'fan-out-one-failed',
    group,
    description: 'One failed item fails its fan-out, the others still run, and readers are skipped',
    spec: {
      steps: {
        some: sh('test "$1" != 1', { args: ['${{ each.i }}'], forEach: { i: [0, 1, 2] } }),
        below: sh('exit 0', { needs: ['some'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'some failed: expanded [{"i":0},{"i":1},{"i":2}] > finished failed',
            'some[0] succeeded: #1 > started > succeeded 0',
            'some[1] failed: #1 > started > failed 1 command_failed (exit code 1)',
            'some[2] succeeded: #1 > started > succeeded 0',
            'below skipped: skipped (needs some succeeded, it was failed)',
          ],
        },
      },
    ],
  },
  {
    name: 'gather-files',
    group,
    description: 'Files of a fan-out gather as a folder 0, 1, 2 … in the order of the items',
    spec: {
      steps: {
        make: sh('printf %s "$1" > "$MINISUB_OUTPUTS/f"', {
          args: ['${{ each.s }}'],
          forEach: { s: ['one', 'two', 'three'] },
          outputs: { f: { type: 'file' } },
        }),
        join: sh('cd "$MINISUB_INPUTS/all" && ls | tr "\\n" " " && cat 0 1 2 > "$MINISUB_OUTPUTS/joined"', {
          inputs: { all: '${{ steps.make.outputs.f }}' },
          outputs: { joined: { type: 'file' } },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'make succeeded: expanded [{"s":"one"},{"s":"two"},{"s":"three"}] > finished succeeded',
            `make[0] succeeded: #1 > started > succeeded 0 f=${file('one')}`,
            `make[1] succeeded: #1 > started > succeeded 0 f=${file('two')}`,
            `make[2] succeeded: #1 > started > succeeded 0 f=${file('three')}`,
            `join succeeded: #1 > started > succeeded 0 joined=${file('onetwothree')}`,
          ],
          logs: { join: { stdout: ['0 1 2 '] } },
        },
      },
    ],
  },
  {
    name: 'gather-numbers',
    group,
    description: 'Numbers of a fan-out gather as a list, as an argument and as a file',
    spec: {
      steps: {
        make: sh('printf %s "$1" > "$MINISUB_OUTPUTS/n"', {
          args: ['${{ each.i }}'],
          forEach: { i: [1, 2.5, -3] },
          outputs: { n: { type: 'number' } },
        }),
        sum: sh('echo "$1"; cat "$MINISUB_INPUTS/all"', {
          args: ['${{ steps.make.outputs.n }}'],
          inputs: { all: '${{ steps.make.outputs.n }}' },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'make succeeded: expanded [{"i":1},{"i":2.5},{"i":-3}] > finished succeeded',
            'make[0] succeeded: #1 > started > succeeded 0 n=1',
            'make[1] succeeded: #1 > started > succeeded 0 n=2.5',
            'make[2] succeeded: #1 > started > succeeded 0 n=-3',
            'sum succeeded: #1 > started > succeeded 0',
          ],
          logs: { sum: { stdout: ['[1,2.5,-3]', '[1,2.5,-3]'] } },
        },
      },
    ],
  },
]
