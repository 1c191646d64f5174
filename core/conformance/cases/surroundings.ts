import type { Case } from '#core/conformance/case.ts'
import { put, sh } from './steps.ts'

const group = 'surroundings'
const SECRET = 'hunter2-conformance'

/** What a step sees around it. */
export const surroundingCases: readonly Case[] = [
  {
    name: 'env-precedence',
    group,
    description: "A step's variables win over the defaults and over those of the system, MINISUB_* over all",
    spec: {
      defaults: { env: { A: 'default', B: 'default', LANG: 'default' } },
      steps: {
        tell: sh(
          'printf "%s\\n" "$A" "$B" "$LANG" "$MINISUB_STEP" "$MINISUB_ATTEMPT" "${MINISUB_ITEM-none}" "$MINISUB_RUN_ID" "$E"',
          {
            env: {
              B: 'step',
              LANG: 'C.UTF-8',
              MINISUB_STEP: 'faked',
              MINISUB_ATTEMPT: '9',
              MINISUB_RUN_ID: 'faked',
              E: '',
            },
            retry: { limit: 0 },
          },
        ),
        same: sh('test "$MINISUB_RUN_ID" = "$1" && test "$MINISUB_RUN_ID" != faked && echo same', {
          args: ['${{ run.id }}'],
          env: { MINISUB_RUN_ID: 'faked' },
          cache: false,
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: ['tell succeeded: #1 > started > succeeded 0', 'same succeeded: #1 > started > succeeded 0'],
          logs: {
            tell: { stdout: ['default', 'step', 'C.UTF-8', 'tell', '1', 'none', '<run 1>', ''] },
            same: { stdout: ['same'] },
          },
        },
      },
    ],
  },
  {
    name: 'secret-masked',
    group,
    description: 'A secret reaches the step, stands as *** in its log, and nowhere in the events',
    secrets: [{ secret: 'conformance', key: 'token', value: SECRET }],
    spec: {
      steps: {
        use: sh('echo "token $TOKEN"; echo "again $TOKEN$TOKEN" >&2; printf %s "$TOKEN" | wc -c | tr -d " "', {
          secrets: { TOKEN: { secret: 'conformance', key: 'token' } },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: ['use succeeded: #1 > started > succeeded 0'],
          logs: {
            use: {
              stdout: ['token ***', String(SECRET.length)],
              stderr: ['again ******'],
              without: [SECRET],
            },
          },
        },
      },
    ],
  },
  {
    name: 'home',
    group,
    description: 'HOME is an empty folder of the attempt alone, in which the step may write',
    spec: {
      steps: {
        first: sh('cd && ls -A && echo x > "$HOME/left" && mkdir .cache && ls -A'),
        second: sh('cd && ls -A && test "$HOME" != "$1"', { args: ['/root'], needs: ['first'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: ['first succeeded: #1 > started > succeeded 0', 'second succeeded: #1 > started > succeeded 0'],
          logs: { first: { stdout: ['.cache', 'left'] }, second: { stdout: [] } },
        },
      },
    ],
  },
  {
    name: 'writes-beside-code',
    group,
    description: 'A step may write beside its code; no other step sees it, and the project stays as it was',
    files: { 'data.txt': 'original', 'lib/part.txt': 'part' },
    spec: {
      steps: {
        first: sh('echo changed > data.txt; rm lib/part.txt; mkdir new; echo y > new/f; cat data.txt'),
        second: sh('cat data.txt lib/part.txt; test ! -e new', { needs: ['first'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: ['first succeeded: #1 > started > succeeded 0', 'second succeeded: #1 > started > succeeded 0'],
          logs: { first: { stdout: ['changed'] }, second: { stdout: ['originalpart'] } },
        },
      },
    ],
  },
  {
    name: 'inputs-are-copies',
    group,
    description: 'What a step does to its inputs, no other reader sees',
    spec: {
      steps: {
        make: sh(put('f', 'abc'), { outputs: { f: { type: 'file' } } }),
        spoil: sh('(echo spoiled > "$MINISUB_INPUTS/f") 2>/dev/null; rm -f "$MINISUB_INPUTS/f" 2>/dev/null; exit 0', {
          inputs: { f: '${{ steps.make.outputs.f }}' },
        }),
        read: sh('cat "$MINISUB_INPUTS/f"', { inputs: { f: '${{ steps.make.outputs.f }}' }, needs: ['spoil'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'make succeeded: #1 > started > succeeded 0 f=file 3 ba7816bf8f01cfea',
            'spoil succeeded: #1 > started > succeeded 0',
            'read succeeded: #1 > started > succeeded 0',
          ],
          logs: { read: { stdout: ['abc'] } },
        },
      },
    ],
  },
]
