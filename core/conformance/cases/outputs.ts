import type { Case } from '#core/conformance/case.ts'
import { file, folder, put, py, sh } from './steps.ts'

const group = 'outputs'
const MANY = 5000
/** Of 200 MiB made of the numbers 0 to 255, again and again. */
const LARGE = `file ${200 * 2 ** 20} bf375859eeb4cfaf`

/** Files, folders and values that steps leave. */
export const outputCases: readonly Case[] = [
  {
    name: 'output-largest-value',
    group,
    description: 'A value of exactly 32 KiB is taken, and an empty text is a value',
    spec: {
      steps: {
        make: py(
          'import os\nfor n, t in (("s", "x" * 32768), ("e", "")): open(os.environ["MINISUB_OUTPUTS"] + "/" + n, "w").write(t)',
          { outputs: { s: { type: 'string' }, e: { type: 'string' } } },
        ),
        read: sh('printf "%s %s" "${#1}" "${#2}"', {
          args: ['s', 'e'].map((it) => `\${{ steps.make.outputs.${it} }}`),
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'make succeeded: #1 > started > succeeded 0 e="" s=value 5a64727353f97453',
            'read succeeded: #1 > started > succeeded 0',
          ],
          logs: { read: { stdout: ['32768 0'] } },
        },
      },
    ],
  },
  {
    name: 'file-empty',
    group,
    description: 'An empty file is an output like any other',
    spec: {
      steps: {
        make: sh('touch "$MINISUB_OUTPUTS/f"', { outputs: { f: { type: 'file' } } }),
        read: sh('test -f "$MINISUB_INPUTS/f" && test ! -s "$MINISUB_INPUTS/f"', {
          inputs: { f: '${{ steps.make.outputs.f }}' },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `make succeeded: #1 > started > succeeded 0 f=${file('')}`,
            'read succeeded: #1 > started > succeeded 0',
          ],
        },
      },
    ],
  },
  {
    name: 'file-200-mb',
    group,
    description: 'A file of 200 MB goes from step to step as it is',
    spec: {
      steps: {
        make: py(
          'import os\nblock = bytes(range(256)) * 4096\nwith open(os.environ["MINISUB_OUTPUTS"] + "/f", "wb") as f:\n  for _ in range(200): f.write(block)',
          { outputs: { f: { type: 'file' } } },
        ),
        copy: sh('cat "$MINISUB_INPUTS/f" > "$MINISUB_OUTPUTS/f"', {
          inputs: { f: '${{ steps.make.outputs.f }}' },
          outputs: { f: { type: 'file' } },
        }),
      },
    },
    slow: true,
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `make succeeded: #1 > started > succeeded 0 f=${LARGE}`,
            `copy succeeded: #1 > started > succeeded 0 f=${LARGE}`,
          ],
        },
      },
    ],
  },
  {
    name: 'folder-5000-files',
    group,
    description: 'A folder with 5,000 files goes from step to step as it is',
    spec: {
      steps: {
        make: py(
          [
            'import os',
            'd = os.environ["MINISUB_OUTPUTS"] + "/d"',
            `for i in range(${MANY}):`,
            '  os.makedirs(f"{d}/{i % 50}", exist_ok=True)',
            '  open(f"{d}/{i % 50}/{i}.txt", "w").write(f"file {i}")',
          ].join('\n'),
          { outputs: { d: { type: 'folder' } } },
        ),
        copy: sh('cp -R "$MINISUB_INPUTS/d" "$MINISUB_OUTPUTS/d"', {
          inputs: { d: '${{ steps.make.outputs.d }}' },
          outputs: { d: { type: 'folder' } },
        }),
      },
    },
    slow: true,
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `make succeeded: #1 > started > succeeded 0 d=${manyFiles()}`,
            `copy succeeded: #1 > started > succeeded 0 d=${manyFiles()}`,
          ],
        },
      },
    ],
  },
  {
    name: 'folders-empty',
    group,
    description: 'Empty folders are kept, at any depth, and an output may be nothing but an empty folder',
    spec: {
      steps: {
        make: sh('cd "$MINISUB_OUTPUTS" && mkdir -p none d/empty d/a/b/c && printf x > d/a/f', {
          outputs: { d: { type: 'folder' }, none: { type: 'folder' } },
        }),
        read: sh('cd "$MINISUB_INPUTS" && test -d d/empty && test -d d/a/b/c && ls -A none && find d -type f', {
          inputs: { d: '${{ steps.make.outputs.d }}', none: '${{ steps.make.outputs.none }}' },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `make succeeded: #1 > started > succeeded 0 d=${folder({ 'a/f': 'x' }, ['a/b/c', 'empty'])} none=folder ()`,
            'read succeeded: #1 > started > succeeded 0',
          ],
          logs: { read: { stdout: ['d/a/f'] } },
        },
      },
    ],
  },
  {
    name: 'mode-x',
    group,
    description: 'Mode x of files survives from the code and from step to step, and no other mode does',
    files: { 'tool.sh': { text: '#!/bin/sh\necho "tool $1"\n', executable: true } },
    spec: {
      steps: {
        make: sh(
          './tool.sh a; cp tool.sh "$MINISUB_OUTPUTS/f"; chmod 700 "$MINISUB_OUTPUTS/f"; mkdir "$MINISUB_OUTPUTS/d"; printf x > "$MINISUB_OUTPUTS/d/p"; chmod 600 "$MINISUB_OUTPUTS/d/p"',
          { outputs: { f: { type: 'file' }, d: { type: 'folder' } } },
        ),
        use: sh('"$MINISUB_INPUTS/f" b; test ! -x "$MINISUB_INPUTS/d/p"', {
          inputs: { f: '${{ steps.make.outputs.f }}', d: '${{ steps.make.outputs.d }}' },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `make succeeded: #1 > started > succeeded 0 d=${folder({ p: 'x' })} f=${file('#!/bin/sh\necho "tool $1"\n', true)}`,
            'use succeeded: #1 > started > succeeded 0',
          ],
          logs: { make: { stdout: ['tool a'] }, use: { stdout: ['tool b'] } },
        },
      },
    ],
  },
  {
    name: 'undeclared',
    group,
    description: 'What a step leaves beside its declared outputs is not read, whatever it is',
    spec: {
      steps: {
        make: sh(
          `cd "$MINISUB_OUTPUTS" && ln -s /etc/passwd link && mkdir more && echo x > more/y; ${put('f', 'abc')}`,
          {
            outputs: { f: { type: 'file' } },
          },
        ),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: { status: 'succeeded', trace: [`make succeeded: #1 > started > succeeded 0 f=${file('abc')}`] },
      },
    ],
  },
  {
    name: 'unicode-names',
    group,
    description: 'Unicode, spaces and odd characters in names of files are kept, in code, inputs and outputs',
    files: { 'ünï côde/日本 1.txt': 'code', 'in put/a b.csv': 'input', 'in put/-x.csv': 'dash' },
    spec: {
      steps: {
        make: sh(
          'cat "ünï côde/日本 1.txt"; cd "$MINISUB_INPUTS/in"; cat "./a b.csv" ./-x.csv; mkdir -p "$MINISUB_OUTPUTS/d/é è"; cd "$MINISUB_OUTPUTS/d"; printf 1 > "é è/🐋.txt"; printf 2 > " lead"; printf 3 > "a\'b\\"c"; printf 4 > "%s {{x}} \\$(y)"',
          { inputs: { in: { folder: 'in put' } }, outputs: { d: { type: 'folder' } } },
        ),
        copy: sh('cp -R "$MINISUB_INPUTS/d" "$MINISUB_OUTPUTS/d"', {
          inputs: { d: '${{ steps.make.outputs.d }}' },
          outputs: { d: { type: 'folder' } },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            `make succeeded: #1 > started > succeeded 0 d=${oddNames()}`,
            `copy succeeded: #1 > started > succeeded 0 d=${oddNames()}`,
          ],
          logs: { make: { stdout: ['codeinputdash'] } },
        },
      },
    ],
  },
]

/** In the order of their names. */
function manyFiles(): string {
  const names = Array.from({ length: MANY }, (_, i) => [`${i % 50}/${i}.txt`, `file ${i}`] as const)
  return folder(Object.fromEntries(names.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

function oddNames(): string {
  return folder({ ' lead': '2', '%s {{x}} $(y)': '4', 'a\'b"c': '3', 'é è/🐋.txt': '1' })
}
