import type { Case } from '#core/conformance/case.ts'
import { file, put, sh } from './steps.ts'

const group = 'register'
/** The verdict of every one. */
const EVERY_RUN = 'a register step is done in every run'

/** What the core does by itself when it has seen what it reads. */
export const registerCases: readonly Case[] = [
  {
    name: 'register',
    group,
    description:
      'A version is made of what a step left, is made again in every run, and a run that resumes takes it over',
    spec: {
      steps: {
        make: sh(`${put('f', 'weights')}; ${put('n', '1')}`, {
          outputs: { f: { type: 'file' }, n: { type: 'integer' } },
        }),
        held: {
          register: { model: 'held', from: '${{ steps.make.outputs.f }}' },
          when: '${{ steps.make.outputs.n > 1 }}',
        },
        register: {
          register: {
            model: 'm-${{ parameters.name }}',
            from: '${{ steps.make.outputs.f }}',
            alias: 'best',
            tags: { n: '${{ steps.make.outputs.n }}' },
          },
          needs: { held: 'finished' },
        },
        last: sh('exit 3', { needs: ['make'] }),
      },
      parameters: { name: { type: 'string', default: 'x' } },
      outputs: { told: '${{ steps.register.status }}' },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          outputs: { told: 'succeeded' },
          trace: [
            `make succeeded: #1 > started > succeeded 0 f=${file('weights')} n=1`,
            'held skipped: skipped (when: ${{ steps.make.outputs.n > 1 }} is false)',
            `register succeeded: #1 (${EVERY_RUN}) > started > succeeded (version 1 of m-x, best) alias="best" model="m-x" version=1`,
            'last failed: #1 > started > failed 3 command_failed (exit code 3)',
          ],
        },
      },
      {
        act: 'resume',
        withCode: false,
        expected: {
          status: 'failed',
          outputs: { told: 'succeeded' },
          trace: [
            `make cached: taken over from <run 1> f=${file('weights')} n=1`,
            'held skipped: skipped (when: ${{ steps.make.outputs.n > 1 }} is false)',
            'register cached: taken over from <run 1> alias="best" model="m-x" version=1',
            'last failed: #1 > started > failed 3 command_failed (exit code 3)',
          ],
        },
      },
      {
        act: 'run',
        expected: {
          status: 'failed',
          outputs: { told: 'succeeded' },
          trace: [
            `make succeeded: #1 > started > succeeded 0 f=${file('weights')} n=1`,
            'held skipped: skipped (when: ${{ steps.make.outputs.n > 1 }} is false)',
            `register succeeded: #1 (${EVERY_RUN}) > started > succeeded (version 2 of m-x, best) alias="best" model="m-x" version=2`,
            'last failed: #1 > started > failed 3 command_failed (exit code 3)',
          ],
        },
      },
    ],
  },
]
