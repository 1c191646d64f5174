import { canonicalJson } from '#core/base/json.ts'
import type { Case } from '#core/conformance/case.ts'
import { put, py, sh } from './steps.ts'

const group = 'values'

/** Passes a text on as argument, variable and output; then as a gathered list, as argument and as file. */
function passedOn(name: string, description: string, values: readonly string[]): Case {
  const expanded = values.map((value) => ({ v: value }))
  return {
    name,
    group,
    description,
    spec: {
      parameters: { values: { type: 'list', items: 'string' } },
      steps: {
        tell: py(
          [
            'import os, sys',
            'v = os.fsencode(sys.argv[1])',
            'assert v == os.fsencode(os.environ["V"]), "argument and variable differ"',
            'open(os.environ["MINISUB_OUTPUTS"] + "/s", "wb").write(v + b"\\n")',
          ].join('\n'),
          {
            args: ['${{ each.v }}'],
            env: { V: '${{ each.v }}' },
            forEach: { v: '${{ parameters.values }}' },
            outputs: { s: { type: 'string' } },
          },
        ),
        read: py(
          [
            'import json, os, sys',
            'all = json.load(open(os.environ["MINISUB_INPUTS"] + "/all", "rb"))',
            'assert all == json.loads(os.fsencode(sys.argv[1])), "argument and file differ"',
            'sys.stdout.buffer.write("".join(json.dumps(v, ensure_ascii=False) + "\\n" for v in all).encode())',
          ].join('\n'),
          { args: ['${{ steps.tell.outputs.s }}'], inputs: { all: '${{ steps.tell.outputs.s }}' } },
        ),
      },
      outputs: { all: '${{ steps.tell.outputs.s }}' },
    },
    scenario: [
      {
        act: 'run',
        parameters: { values },
        expected: {
          status: 'succeeded',
          outputs: { all: values },
          trace: [
            `tell succeeded: expanded ${canonicalJson(expanded)} > finished succeeded`,
            ...values.map((it, i) => `tell[${i}] succeeded: #1 > started > succeeded 0 s=${canonicalJson(it)}`),
            'read succeeded: #1 > started > succeeded 0',
          ],
          logs: { read: { stdout: values.map((it) => JSON.stringify(it)), stderr: [] } },
        },
      },
    ],
  }
}

/** Whatever a value holds, it is never read as something else. */
export const valueCases: readonly Case[] = [
  passedOn('texts-like-lists', 'Texts that look like lists and objects stay texts', ['[1, 2]', '{"a": 1}', '["x"]']),
  passedOn('texts-like-numbers', 'Texts that look like numbers, booleans and null stay as they were typed', [
    '42',
    '007',
    '1e3',
    'true',
    'null',
  ]),
  passedOn('texts-with-quotes', 'Quotes, backslashes and backticks mean nothing', [
    `it's "quoted"`,
    'back\\slash \\n \\',
    '`id` $HOME !! ; exit 3 #',
  ]),
  passedOn('texts-with-newlines', 'Newlines and tabs stay, also at both ends', ['a\nb', '\n\tc\n', '\r\n']),
  passedOn('texts-like-templates', 'What is a template to other tools means nothing', [
    '{{workflow.name}} {{=1+1}} {{inputs.parameters.x}}',
    '$(HOME) $$(X) ${HOME} $(echo no)',
    '${{ parameters.values }} ${{',
    '100% %s %d %%',
  ]),
  passedOn('unicode-values', 'Unicode and spaces, also at both ends, are kept as they are', [
    '  grüße  ',
    '日本 🐋 \u00e9 e\u0301',
    '\u2028\ufeff',
    '',
  ]),
  {
    name: 'typed-values',
    group,
    description: 'Values of every type keep it from output to argument, file and condition',
    spec: {
      steps: {
        make: sh(
          [put('i', '-9007199254740991'), put('n', '1e-7'), put('b', 'false'), put('l', '[1,[2],{}]')].join('; '),
          {
            outputs: {
              i: { type: 'integer' },
              n: { type: 'number' },
              b: { type: 'boolean' },
              l: { type: 'list' },
            },
          },
        ),
        read: sh('printf "%s\\n" "$@"', {
          args: [1, true, ...['i', 'n', 'b', 'l'].map((name) => `\${{ steps.make.outputs.${name} }}`)],
          when: '${{ !steps.make.outputs.b && size(steps.make.outputs.l) == 3 }}',
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            'make succeeded: #1 > started > succeeded 0 b=false i=-9007199254740991 l=[1,[2],{}] n=1e-7',
            'read succeeded: #1 > started > succeeded 0',
          ],
          logs: { read: { stdout: ['1', 'true', '-9007199254740991', '1e-7', 'false', '[1,[2],{}]'] } },
        },
      },
    ],
  },
  {
    name: 'value-too-large',
    group,
    description: 'A gathered list that is too long for an argument fails its reader before the command begins',
    spec: {
      steps: {
        make: py('import os; open(os.environ["MINISUB_OUTPUTS"] + "/s", "w").write("x" * 32000)', {
          forEach: { i: [0, 1, 2, 3] },
          outputs: { s: { type: 'string' } },
        }),
        as_file: sh('wc -c < "$MINISUB_INPUTS/all" | tr -d " "', { inputs: { all: '${{ steps.make.outputs.s }}' } }),
        as_argument: sh('exit 0', { args: ['${{ steps.make.outputs.s }}'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'make succeeded: expanded [{"i":0},{"i":1},{"i":2},{"i":3}] > finished succeeded',
            ...[0, 1, 2, 3].map((i) => `make[${i}] succeeded: #1 > started > succeeded 0 s=value 652ca519f92343dd`),
            'as_file succeeded: #1 > started > succeeded 0',
            'as_argument failed: #1 > failed value_too_large (argument 4 would be 126 KiB long, at most 96 KiB fit: read the value as a file through inputs)',
          ],
          logs: { as_file: { stdout: ['128013'] } },
        },
      },
    ],
  },
]
