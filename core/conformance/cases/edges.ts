import type { Case } from '#core/conformance/case.ts'
import { file, put, sh } from './steps.ts'

const group = 'edges'

/** What waits for what, and what becomes of it. */
export const edgeCases: readonly Case[] = [
  {
    name: 'plain',
    group,
    description: 'One step runs and its value is the output of the run',
    spec: {
      steps: { only: sh(`echo hello; ${put('n', '5')}`, { outputs: { n: { type: 'integer' } } }) },
      outputs: { n: '${{ steps.only.outputs.n }}' },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          outputs: { n: 5 },
          trace: ['only succeeded: #1 > started > succeeded 0 n=5'],
          logs: { only: { stdout: ['hello'], stderr: [] } },
        },
      },
    ],
  },
  {
    name: 'diamond',
    group,
    description: 'Two steps read a file of one step, and the last reads both',
    spec: {
      steps: {
        top: sh(put('a', 'abc'), { outputs: { a: { type: 'file' } } }),
        left: sh('cp "$MINISUB_INPUTS/source" "$MINISUB_OUTPUTS/b"; printf l >> "$MINISUB_OUTPUTS/b"', {
          inputs: { source: '${{ steps.top.outputs.a }}' },
          outputs: { b: { type: 'file' } },
        }),
        right: sh('cat "$1" > "$2"; printf r >> "$2"', {
          args: ['${{ inputs.source.path }}', '${{ outputs.b.path }}'],
          inputs: { source: '${{ steps.top.outputs.a }}' },
          outputs: { b: { type: 'file' } },
        }),
        bottom: sh('cat "$MINISUB_INPUTS/l" "$MINISUB_INPUTS/r" > "$MINISUB_OUTPUTS/both"', {
          inputs: { l: '${{ steps.left.outputs.b }}', r: '${{ steps.right.outputs.b }}' },
          outputs: { both: { type: 'file' } },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `top succeeded: #1 > started > succeeded 0 a=${file('abc')}`,
            `left succeeded: #1 > started > succeeded 0 b=${file('abcl')}`,
            `right succeeded: #1 > started > succeeded 0 b=${file('abcr')}`,
            `bottom succeeded: #1 > started > succeeded 0 both=${file('abclabcr')}`,
          ],
        },
      },
    ],
  },
  {
    name: 'needs-failed',
    group,
    description: 'A step that needs another to fail runs when it failed, and is skipped when it succeeded',
    spec: {
      steps: {
        good: sh('exit 0'),
        bad: sh('exit 3'),
        after_bad: sh('exit 0', { needs: { bad: 'failed' } }),
        after_good: sh('exit 0', { needs: { good: 'failed' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'good succeeded: #1 > started > succeeded 0',
            'bad failed: #1 > started > failed 3 command_failed (exit code 3)',
            'after_bad succeeded: #1 > started > succeeded 0',
            'after_good skipped: skipped (needs good failed, it was succeeded)',
          ],
        },
      },
    ],
  },
  {
    name: 'needs-finished',
    group,
    description: 'A step that needs others to be finished runs whether they succeeded, failed or were skipped',
    spec: {
      steps: {
        good: sh('exit 0'),
        bad: sh('exit 1'),
        skipped: sh('exit 0', { needs: ['bad'] }),
        last: sh('exit 0', { needs: { good: 'finished', bad: 'finished', skipped: 'finished' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'good succeeded: #1 > started > succeeded 0',
            'bad failed: #1 > started > failed 1 command_failed (exit code 1)',
            'skipped skipped: skipped (needs bad succeeded, it was failed)',
            'last succeeded: #1 > started > succeeded 0',
          ],
        },
      },
    ],
  },
  {
    name: 'cleanup-after-failure',
    group,
    description: 'A clean-up after a failure succeeds, and the run has still failed',
    spec: {
      steps: {
        work: sh('exit 9'),
        clean: sh('echo "$1"', { args: ['${{ steps.work.status }}'], needs: { work: 'failed' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'work failed: #1 > started > failed 9 command_failed (exit code 9)',
            'clean succeeded: #1 > started > succeeded 0',
          ],
          logs: { clean: { stdout: ['failed'] } },
        },
      },
    ],
  },
  {
    name: 'skip-cascade',
    group,
    description: 'What is below a failure is skipped step by step, and independent branches go on',
    spec: {
      steps: {
        a: sh(`${put('n', '1')}; exit 1`, { outputs: { n: { type: 'integer' } } }),
        b: sh(put('n', '2'), { args: ['${{ steps.a.outputs.n }}'], outputs: { n: { type: 'integer' } } }),
        c: sh('exit 0', { args: ['${{ steps.b.outputs.n }}'] }),
        d: sh('exit 0', { needs: ['c'] }),
        other: sh('exit 0'),
        below_other: sh('exit 0', { needs: ['other'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'a failed: #1 > started > failed 1 command_failed (exit code 1)',
            'b skipped: skipped (reads an output of a, which was failed)',
            'c skipped: skipped (reads an output of b, which was skipped)',
            'd skipped: skipped (needs c succeeded, it was skipped)',
            'other succeeded: #1 > started > succeeded 0',
            'below_other succeeded: #1 > started > succeeded 0',
          ],
        },
      },
    ],
  },
]
