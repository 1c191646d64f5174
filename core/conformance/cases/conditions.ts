import type { Case } from '#core/conformance/case.ts'
import { put, sh } from './steps.ts'

const group = 'conditions'

/** `when`, and defaults of outputs. */
export const conditionCases: readonly Case[] = [
  {
    name: 'condition-true',
    group,
    description: 'A step whose condition on a value and on a status is true runs',
    spec: {
      steps: {
        score: sh(put('x', '0.75'), { outputs: { x: { type: 'number' } } }),
        high: sh('exit 0', { when: "${{ steps.score.outputs.x >= 0.5 && steps.score.status == 'succeeded' }}" }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: ['score succeeded: #1 > started > succeeded 0 x=0.75', 'high succeeded: #1 > started > succeeded 0'],
        },
      },
    ],
  },
  {
    name: 'condition-false',
    group,
    description: 'A step whose condition is false is skipped with the condition as its reason, and the run succeeds',
    spec: {
      parameters: { least: { type: 'number', default: 0.9 } },
      steps: {
        score: sh(put('x', '0.75'), { outputs: { x: { type: 'number' } } }),
        high: sh('exit 0', { when: '${{ steps.score.outputs.x >= parameters.least }}' }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'score succeeded: #1 > started > succeeded 0 x=0.75',
            'high skipped: skipped (when: ${{ steps.score.outputs.x >= parameters.least }} is false)',
          ],
        },
      },
      {
        act: 'run',
        parameters: { least: 0.5 },
        expected: {
          status: 'succeeded',
          trace: ['score succeeded: #1 > started > succeeded 0 x=0.75', 'high succeeded: #1 > started > succeeded 0'],
        },
      },
    ],
  },
  {
    name: 'default-on-skip',
    group,
    description: 'The reader of a skipped step sees the default, as a value and as a file, and its record says so',
    spec: {
      steps: {
        maybe: sh(put('n', '1'), { when: '${{ false }}', outputs: { n: { type: 'integer', default: 7 } } }),
        reader: sh('echo "$1 $(cat "$MINISUB_INPUTS/n")"', {
          args: ['${{ steps.maybe.outputs.n }}'],
          inputs: { n: '${{ steps.maybe.outputs.n }}' },
        }),
      },
      outputs: { n: '${{ steps.maybe.outputs.n }}' },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          outputs: { n: 7 },
          trace: [
            'maybe skipped: skipped (when: ${{ false }} is false)',
            'reader succeeded: #1 on the default of steps.maybe.outputs.n > started > succeeded 0',
          ],
          logs: { reader: { stdout: ['7 7'] } },
        },
      },
    ],
  },
  {
    name: 'default-below-failure',
    group,
    description: 'A default stands in for a step that was skipped below a failure, never for one that failed',
    spec: {
      steps: {
        bad: sh('exit 1', { outputs: { n: { type: 'integer', default: 3 } } }),
        below: sh(put('n', '1'), { needs: ['bad'], outputs: { n: { type: 'integer', default: 7 } } }),
        reader: sh('echo "$1"', { args: ['${{ steps.below.outputs.n }}'] }),
        of_failed: sh('echo "$1"', { args: ['${{ steps.bad.outputs.n }}'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'bad failed: #1 > started > failed 1 command_failed (exit code 1)',
            'below skipped: skipped (needs bad succeeded, it was failed)',
            'reader succeeded: #1 on the default of steps.below.outputs.n > started > succeeded 0',
            'of_failed skipped: skipped (reads an output of bad, which was failed)',
          ],
          logs: { reader: { stdout: ['7'] } },
        },
      },
    ],
  },
  {
    name: 'expression-fails',
    group,
    description: 'An expression that cannot be evaluated fails its step, and is never false',
    spec: {
      steps: {
        list: sh(put('l', '[1,null]'), { outputs: { l: { type: 'list' } } }),
        nulls: sh('exit 0', { forEach: { i: '${{ steps.list.outputs.l }}' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'list succeeded: #1 > started > succeeded 0 l=[1,null]',
            'nulls failed: failed expression_failed (forEach.i holds null: an item must have a value)',
          ],
        },
      },
    ],
  },
]
