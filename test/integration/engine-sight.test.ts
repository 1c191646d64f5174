import { lstatSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const isRoot = process.getuid?.() === 0
/** Prints what a step sees as one line of JSON. */
const NODE = (script: string): string[] => [process.execPath, '-e', `console.log(JSON.stringify(${script}))`, '--']
const jsonOf = async (run: string, step: string, item?: number): Promise<unknown> =>
  JSON.parse((await engine.log(run, step, item === undefined ? {} : { item })).join('\n')) as unknown

const NASTY = [
  '',
  ' ',
  `'`,
  `"`,
  `'"'"`,
  'two\nlines\n',
  '\r\n\t',
  '{{x}}',
  '{{inputs.parameters.x}}',
  '$(x)',
  '$(id)',
  '`id`',
  '$HOME',
  '${HOME}',
  '%s%n',
  '\\',
  '\\n',
  '--flag=1',
  '-n',
  '*',
  '~',
  '#c',
  'ünïcödé 日本語 😀 e\u0301',
  '\u0001\u007f\u2028',
  '<a>&amp;',
]

describe('arguments', () => {
  test('are byte for byte what was written or given, as constant, parameter, item and value of a step', async () => {
    const constants = NASTY.filter((text) => !text.includes('${{'))
    const literal = '$${{ parameters.x }} and $${{'
    const view = await engine.run(
      await engine.pipeline({
        parameters: { texts: { type: 'list', items: 'string' }, one: { type: 'string' } },
        steps: {
          constant: { command: [...NODE('process.argv.slice(1)'), ...constants, literal] },
          parameter: {
            command: [
              ...NODE('process.argv.slice(1)'),
              '${{ parameters.texts }}',
              '${{ parameters.one }}',
              'a${{ parameters.one }}b',
            ],
          },
          item: {
            forEach: { t: '${{ parameters.texts }}' },
            command: [...NODE('process.argv.slice(1)'), '${{ each.t }}', '<${{ each.t }}>'],
          },
          give: {
            forEach: { t: '${{ parameters.texts }}' },
            command: [
              process.execPath,
              '-e',
              'require("fs").writeFileSync(process.env.MINISUB_OUTPUTS + "/t", process.argv[1] + "\\n")',
              '--',
              '${{ each.t }}',
            ],
            outputs: { t: { type: 'string' } },
          },
          take: {
            command: [...NODE('[process.argv.slice(1), process.env.LIST]'), '${{ steps.give.outputs.t }}'],
            env: { LIST: '-${{ steps.give.outputs.t }}-' },
          },
          each_again: {
            forEach: { t: '${{ steps.give.outputs.t }}' },
            command: [...NODE('process.argv[1]'), '${{ each.t }}'],
          },
        },
      }),
      { parameters: { texts: NASTY, one: '${{ parameters.texts }}' } },
    )
    expect(view.status).toBe('succeeded')
    const nastyJson = JSON.stringify(NASTY)
    expect(await jsonOf(view.id, 'constant')).toEqual([...constants, '${{ parameters.x }} and ${{'])
    expect(await jsonOf(view.id, 'parameter')).toEqual([
      nastyJson,
      '${{ parameters.texts }}',
      'a${{ parameters.texts }}b',
    ])
    expect(await jsonOf(view.id, 'take')).toEqual([[nastyJson], `-${nastyJson}-`])
    for (const [item, text] of NASTY.entries()) {
      expect(await jsonOf(view.id, 'item', item)).toEqual([text, `<${text}>`])
      expect(await jsonOf(view.id, 'each_again', item)).toBe(text)
    }
  })

  test('keep their type as canonical JSON', async () => {
    const view = await engine.run(
      await engine.pipeline({
        parameters: {
          i: { type: 'integer', default: 3 },
          n: { type: 'number', default: 1e21 },
          f: { type: 'number', default: 0.1 },
          b: { type: 'boolean', default: true },
          o: { type: 'object', default: { z: 1, a: [null, 'x'] } },
        },
        steps: {
          a: {
            command: [
              ...NODE('process.argv.slice(1)'),
              '${{ parameters.i }}',
              '${{ parameters.n }}',
              '${{ parameters.f }}',
              '${{ parameters.b }}',
              '${{ parameters.o }}',
              '${{ parameters.i * 2 + 1 }}',
              1.5,
              true,
            ],
          },
        },
      }),
    )
    expect(await jsonOf(view.id, 'a')).toEqual([
      '3',
      '1e+21',
      '0.1',
      'true',
      '{"a":[null,"x"],"z":1}',
      '7',
      '1.5',
      'true',
    ])
  })
})

describe('the environment', () => {
  test('is exactly what the contract says, and nothing else of the host', async () => {
    process.env['MINISUB_TEST_LEAK'] = 'leaked'
    process.env['LANG'] ??= 'C.UTF-8'
    await engine.secrets.set('mine', 'token', 'hush-hush')
    const view = await engine.run(
      await engine.pipeline(
        {
          steps: {
            a: {
              command: NODE('[process.env, process.cwd(), require("fs").readdirSync(process.env.HOME)]'),
              env: { MINE: 'a ${{ run.name }}', EMPTY: '', MINISUB_STEP: 'not me' },
              secrets: { TOKEN: { secret: 'mine', key: 'token' } },
            },
            each: { command: NODE('process.env.MINISUB_ITEM'), forEach: { i: ['x', 'y'] } },
          },
        },
        'environment',
      ),
    )
    const [env, cwd, home] = (await jsonOf(view.id, 'a')) as [Record<string, string>, string, string[]]
    const folder = join(engine.home, 'runs', view.id)
    const fromHost = [
      'PATH',
      'LANG',
      'TMPDIR',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'NO_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'no_proxy',
      'all_proxy',
    ]
    const host = Object.fromEntries(
      fromHost.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    )
    // The shell around the command may add these two by itself.
    const { PWD: _pwd, SHLVL: _shlvl, _: _underscore, ...seen } = env
    expect(seen).toEqual({
      ...host,
      MINISUB_INPUTS: expect.stringMatching(`^${folder}/a\\.1-\\d+/inputs$`),
      MINISUB_OUTPUTS: expect.stringMatching(`^${folder}/a\\.1-\\d+/outputs$`),
      HOME: expect.stringMatching(`^${folder}/a\\.1-\\d+/home$`),
      MINISUB_RUN_ID: view.id,
      MINISUB_STEP: 'a',
      MINISUB_ATTEMPT: '1',
      MINE: 'a environment',
      EMPTY: '',
      TOKEN: expect.stringMatching(/^(hush-hush|\*+)$/),
    })
    expect(cwd).toMatch(new RegExp(`^${folder}/a\\.1-\\d+/code$`))
    expect(home).toEqual([])
    expect([await jsonOf(view.id, 'each', 0), await jsonOf(view.id, 'each', 1)]).toEqual(['0', '1'])
  })
})

describe('the code', () => {
  test('is a writable copy with modes and links, without document, lock and ignored files, thrown away afterwards', async () => {
    const files = {
      'run.sh': '#!/bin/sh\necho ran',
      'data/a.txt': 'a',
      'skipped.log': 'x',
      '.gitignore': '*.log\n',
      'deep/er/b': 'b',
    }
    for (const [path, text] of Object.entries(files))
      await engine.write(`own/${path}`, text, path === 'run.sh' ? 0o755 : 0o644)
    await symlink('data/a.txt', join(engine.folder, 'own', 'link'))
    const script =
      'find . -type f -o -type l | sort; ./run.sh; readlink link; echo more >> data/a.txt; rm -r deep; echo new > new; mkdir x; cat link'
    const spec = {
      steps: { a: { command: ['sh', '-c', script] }, b: { command: ['cat', 'data/a.txt'], needs: ['a'] } },
    }
    const text = JSON.stringify({ apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'own' }, spec })
    await engine.write('own/own.yaml', text)
    const view = await engine.run(join(engine.folder, 'own', 'own.yaml'))
    expect(await engine.log(view.id, 'a')).toEqual([
      './.gitignore',
      './data/a.txt',
      './deep/er/b',
      './link',
      './run.sh',
      'ran',
      'data/a.txt',
      'amore',
    ])
    expect(await engine.log(view.id, 'b')).toEqual(['a'])
    for (const name of ['code', 'inputs', 'outputs', 'home'])
      expect(lstatSync(join(engine.home, 'runs', view.id, 'a.1-2', name), { throwIfNoEntry: false })).toBeUndefined()
  })
})

describe('inputs', () => {
  const show = 'cd "$MINISUB_INPUTS"; ls -id * */* | sed "s/^ *//" | cut -d" " -f2; '
  const spec = {
    steps: {
      give: sh(
        'cd "$MINISUB_OUTPUTS"; echo file > f; chmod 755 f; mkdir -p d/empty/deeper d/sub; echo plain > d/plain; echo x > d/sub/x; chmod 700 d/sub/x; echo 5 > n',
        { outputs: { f: { type: 'file' }, d: { type: 'folder' }, n: { type: 'integer' } } },
      ),
      take: {
        command: NODE(`(() => {
          const fs = require('fs'), dir = process.env.MINISUB_INPUTS
          return fs.readdirSync(dir, { recursive: true }).sort().map((path) => {
            const it = fs.lstatSync(dir + '/' + path)
            return [path, it.isDirectory() ? 'd' : 'f', (it.mode & 0o777).toString(8), it.isDirectory() ? 1 : it.nlink, it.ino]
          })
        })()`),
        inputs: {
          f: '${{ steps.give.outputs.f }}',
          d: '${{ steps.give.outputs.d }}',
          n: '${{ steps.give.outputs.n }}',
          beside: { file: 'beside.txt' },
          folder: { folder: 'beside' },
        },
        needs: ['give'],
      },
      again: sh(`${show} cat f n beside folder/in`, {
        inputs: {
          f: '${{ steps.give.outputs.f }}',
          n: '${{ steps.give.outputs.n }}',
          beside: { file: 'beside.txt' },
          folder: { folder: 'beside' },
        },
      }),
    },
  }

  test('are copies of their own: read-only, not linked to the store, with mode x and empty folders', async () => {
    await engine.write('beside.txt', 'beside\n')
    await engine.write('beside/in', 'in\n', 0o755)
    await mkdir(join(engine.folder, 'beside', 'empty'))
    const view = await engine.run(await engine.pipeline(spec), { cache: false })
    expect(statusesOf(view)).toEqual({ give: 'succeeded', take: 'succeeded', again: 'succeeded' })
    const seen = (await jsonOf(view.id, 'take')) as [string, string, string, number, number][]
    expect(seen.map((it) => it.slice(0, 4))).toEqual([
      ['beside', 'f', '444', 1],
      ['d', 'd', '555', 1],
      ['d/empty', 'd', '555', 1],
      ['d/empty/deeper', 'd', '555', 1],
      ['d/plain', 'f', '444', 1],
      ['d/sub', 'd', '555', 1],
      ['d/sub/x', 'f', '555', 1],
      ['f', 'f', '555', 1],
      ['folder', 'd', '555', 1],
      ['folder/empty', 'd', '555', 1],
      ['folder/in', 'f', '555', 1],
      ['n', 'f', '444', 1],
    ])
    const stored = engine.service
      .artifacts(view.id)
      .flatMap(({ output, type }) =>
        type === 'value' ? [] : engine.service.artifactFiles({ run: view.id, step: 'give', item: null }, output),
      )
      .map((file) => lstatSync(engine.blobs.pathOf(file.sha256)))
    expect(stored.map((it) => [it.nlink, it.mode & 0o222])).toEqual(stored.map(() => [1, 0]))
    const inodes = new Set(stored.map((it) => it.ino))
    expect(seen.filter((it) => inodes.has(it[4]))).toEqual([])
    expect(await engine.log(view.id, 'again')).toContain('beside')
  })

  test.skipIf(isRoot)('cannot be written by the step (not shown here: root may write anywhere)', async () => {
    const view = await engine.run(
      await engine.pipeline({
        steps: { a: sh('echo more >> "$MINISUB_INPUTS/f"', { inputs: { f: { file: 'beside.txt' } } }) },
      }),
    )
    expect(stepOf(view, 'a').status).toBe('failed')
  })

  test('that a step changes all the same, as root may, change nothing for the next reader', async () => {
    await engine.write('beside.txt', 'beside\n')
    const change = sh(
      'chmod -R u+w "$MINISUB_INPUTS"; echo spoilt > "$MINISUB_INPUTS/f"; echo spoilt > "$MINISUB_INPUTS/b"',
      {
        inputs: { f: '${{ steps.give.outputs.f }}', b: { file: 'beside.txt' } },
      },
    )
    const read = sh('cat "$MINISUB_INPUTS/f" "$MINISUB_INPUTS/b"', {
      inputs: { f: '${{ steps.give.outputs.f }}', b: { file: 'beside.txt' } },
      needs: ['change'],
    })
    const view = await engine.run(await engine.pipeline({ steps: { give: spec.steps.give, change, read } }), {
      cache: false,
    })
    expect(statusesOf(view)).toEqual({ give: 'succeeded', change: 'succeeded', read: 'succeeded' })
    expect(await engine.log(view.id, 'read')).toEqual(['file', 'beside'])
  })
})

describe('outputs', () => {
  test('of type string lose one newline and no more; other values are their JSON, canonical to readers', async () => {
    const view = await engine.run(
      await engine.pipeline({
        steps: {
          a: sh(
            'cd "$MINISUB_OUTPUTS"; printf "x\\n\\n" > s; printf " {\\"b\\" : 1.0,\\n \\"a\\": [ ] }\\n" > o; printf 12e1 > i',
            {
              outputs: { s: { type: 'string' }, o: { type: 'object' }, i: { type: 'integer' } },
            },
          ),
          b: sh('cat "$MINISUB_INPUTS/o"', '${{ steps.a.outputs.s }}', { inputs: { o: '${{ steps.a.outputs.o }}' } }),
        },
      }),
    )
    expect(stepOf(view, 'a').outputs).toEqual({ s: 'x\n', o: { b: 1, a: [] }, i: 120 })
    expect(await engine.log(view.id, 'b')).toEqual(['{"a":[],"b":1}'])
  })
})
