import type { Act, Case, Spec } from '#core/conformance/case.ts'
import { file, put, sh } from './steps.ts'
import { NEW, RAN, twice } from './twice.ts'

const group = 'cache'

/** What is taken from the cache, and what is not. */
export const cacheCases: readonly Case[] = [
  {
    name: 'cache-hit',
    group,
    description: 'A second run takes everything from the first, values, files and items of a fan-out alike',
    spec: {
      steps: {
        a: sh(`${put('f', 'abc')}; ${put('n', '2')}`, { outputs: { f: { type: 'file' }, n: { type: 'integer' } } }),
        b: sh('cp "$MINISUB_INPUTS/in" "$MINISUB_OUTPUTS/f"', {
          forEach: { i: [1, 2] },
          inputs: { in: '${{ steps.a.outputs.f }}' },
          outputs: { f: { type: 'file' } },
        }),
      },
    },
    scenario: twice(
      [
        `a succeeded: #1 ${NEW} > started > succeeded 0 f=${file('abc')} n=2`,
        'b succeeded: expanded [{"i":1},{"i":2}] > finished succeeded',
        `b[0] succeeded: #1 ${NEW} > started > succeeded 0 f=${file('abc')}`,
        `b[1] succeeded: #1 ${NEW} > started > succeeded 0 f=${file('abc')}`,
      ],
      {},
      {
        trace: [
          `a cached: cached from <run 1> f=${file('abc')} n=2`,
          'b cached: expanded [{"i":1},{"i":2}] > finished cached',
          `b[0] cached: cached from <run 1> f=${file('abc')}`,
          `b[1] cached: cached from <run 1> f=${file('abc')}`,
        ],
      },
    ),
  },
  {
    name: 'cache-hit-other-limits',
    group,
    description: 'Limits, retries and other steps that changed do not make a step run again',
    spec: { steps: { only: sh(put('f', 'abc'), { outputs: { f: { type: 'file' } } }) } },
    scenario: twice(
      [RAN],
      {
        spec: {
          steps: {
            only: sh(put('f', 'abc'), {
              outputs: { f: { type: 'file', description: 'new' } },
              description: 'new',
              timeout: '5m',
              retry: { limit: 3 },
              resources: { cpu: 1 },
            }),
            other: sh('exit 0'),
          },
        },
      },
      {
        trace: [
          `only cached: cached from <run 1> f=${file('abc')}`,
          `other succeeded: #1 ${NEW} > started > succeeded 0`,
        ],
      },
    ),
  },
  {
    name: 'cache-below-skipped',
    group,
    description: 'A step that reads the default of a skipped one is cached, until the default is another',
    spec: belowSkipped(7),
    scenario: [
      ...twice(
        [
          'maybe skipped: skipped (when: ${{ false }} is false)',
          `reader succeeded: #1 ${NEW} on the default of steps.maybe.outputs.n > started > succeeded 0`,
        ],
        {},
        {
          trace: [
            'maybe skipped: skipped (when: ${{ false }} is false)',
            'reader cached: cached from <run 1> on the default of steps.maybe.outputs.n',
          ],
        },
      ),
      { act: 'change', spec: belowSkipped(8) },
      {
        act: 'run',
        cache: true,
        expected: {
          status: 'succeeded',
          trace: [
            'maybe skipped: skipped (when: ${{ false }} is false)',
            `reader succeeded: #1 ${NEW} on the default of steps.maybe.outputs.n > started > succeeded 0`,
          ],
        },
      },
    ],
  },
  {
    name: 'cache-below-uncached-same',
    looksUpDuringRun: true,
    group,
    description: 'Below a step with cache: false that gives the same content a reader is taken from the cache',
    spec: belowUncached(put('f', 'abc')),
    scenario: twice(
      [
        `a succeeded: #1 (the step says cache: false) > started > succeeded 0 f=${file('abc')}`,
        `b succeeded: #1 ${NEW} > started > succeeded 0`,
      ],
      {},
      {
        trace: [
          `a succeeded: #1 (the step says cache: false) > started > succeeded 0 f=${file('abc')}`,
          'b cached: cached from <run 1>',
        ],
      },
    ),
  },
  {
    name: 'cache-below-uncached-other',
    group,
    description: 'Below a step with cache: false that gives other content a reader runs again, and the reason says so',
    // The content is the same in every first and in every second run, so that traces can be written down.
    spec: belowUncached(`${put('f', 'abc')}; test ! -e second.txt || ${put('f', 'abd')}`),
    files: { 'first.txt': '' },
    scenario: twice(
      [
        `a succeeded: #1 (the step says cache: false) > started > succeeded 0 f=${file('abc')}`,
        `b succeeded: #1 ${NEW} > started > succeeded 0`,
      ],
      { files: { 'second.txt': '' } },
      {
        trace: [
          `a succeeded: #1 (the step says cache: false) > started > succeeded 0 f=${file('abd')}`,
          'b succeeded: #1 (in: its content differs from that of run <run 1>) > started > succeeded 0',
        ],
      },
    ),
  },
  {
    name: 'cache-not-of-failures',
    group,
    description: 'A step that failed is not in the cache',
    spec: { steps: { bad: sh('exit 1') } },
    scenario: [0, 1].map(() => ({
      act: 'run',
      cache: true,
      expected: {
        status: 'failed',
        trace: [`bad failed: #1 ${NEW} > started > failed 1 command_failed (exit code 1)`],
      },
    })) satisfies Act[],
  },
]

function belowSkipped(value: number): Spec {
  return {
    steps: {
      maybe: sh('exit 0', { when: '${{ false }}', outputs: { n: { type: 'integer', default: value } } }),
      reader: sh('exit 0', { args: ['${{ steps.maybe.outputs.n }}'] }),
    },
  }
}

function belowUncached(script: string): Spec {
  const files = ['case.txt']
  return {
    steps: {
      a: sh(script, { files, cache: false, outputs: { f: { type: 'file' } } }),
      b: sh('cat "$MINISUB_INPUTS/in"', { files, inputs: { in: '${{ steps.a.outputs.f }}' } }),
    },
  }
}
