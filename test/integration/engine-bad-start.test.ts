import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRequest } from '#core/contract/run.ts'
import { openEngine, problemOf, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await mkdir(join(engine.folder, 'empty'))
})
afterAll(() => engine[Symbol.asyncDispose]())

/** Files below a folder. Links are not followed, as `recursive` would: one of them leads upwards. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

/** Every file of the project folder with its content, and every row of runs. */
async function everything(): Promise<unknown> {
  const contents = await Promise.all(
    filesBelow(engine.folder).map(async (path) => [path, await readFile(path, 'utf8')] as const),
  )
  const runs = existsSync(join(engine.home, 'runs')) ? readdirSync(join(engine.home, 'runs')) : []
  const tables = ['runs', 'run_events', 'step_runs', 'step_parts', 'cache_entries', 'code_snapshots']
  return [
    Object.fromEntries(contents),
    runs,
    tables.map((table) => engine.store.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()),
  ]
}

/** A start that is refused: what the Problem says, and that nothing changed. */
async function refused(spec: object, request: Partial<RunRequest> = {}): Promise<{ code: string; message: string }> {
  const file = await engine.pipeline({ code: 'empty', ...spec }, 'bad')
  const before = await everything()
  const problem = await problemOf(engine.start(file, request))
  expect(await everything()).toEqual(before)
  return problem
}
const fine = { steps: { a: sh('exit 0') } }

describe('a start with a wrong parameter changes nothing and says what is wrong', () => {
  const spec = {
    parameters: {
      depth: { type: 'integer', minimum: 1, maximum: 8 },
      names: { type: 'list', items: 'string', default: [] },
      kind: { type: 'string', default: 'x', enum: ['x', 'y'] },
    },
    steps: { a: sh('exit 0', '${{ parameters.depth }}') },
  }

  test.each([
    [{}, 'missing_parameter', 'the parameter "depth" has no default: give it with -p depth=…'],
    [{ parameters: { depth: 2, deph: 1 } }, 'unknown_parameter', 'unknown parameter "deph": did you mean "depth"?'],
    [{ parameters: { depth: 9 } }, 'invalid_parameter', 'the parameter "depth": expected at most 8, found 9'],
    [{ parameterTexts: { depth: '0' } }, 'invalid_parameter', 'the parameter "depth": expected at least 1, found 0'],
    [{ parameterTexts: { depth: 'two' } }, 'invalid_parameter', 'the parameter "depth": expected JSON, found'],
    [{ parameters: { depth: 1.5 } }, 'invalid_parameter', 'the parameter "depth": expected an integer, found 1.5'],
    [
      { parameters: { depth: 1, names: [1] } },
      'invalid_parameter',
      'the parameter "names": [0]: expected a text, found 1',
    ],
    [{ parameters: { depth: 1, kind: 'z' } }, 'invalid_parameter', 'expected one of "x", "y", found "z"'],
  ])('%j', async (request, code, message) => {
    const problem = await refused(spec, request)
    expect(problem.code).toBe(code)
    expect(problem.message).toContain(message)
  })

  test('all that is wrong is said at once', async () => {
    const { message } = await refused(spec, { parameters: { kind: 'z', no: 1 } })
    expect(message.split('; ')).toHaveLength(3)
  })

  test('an expression over parameters that cannot be evaluated', async () => {
    const zero = {
      parameters: { n: { type: 'integer', default: 0 } },
      steps: { a: sh('exit 0', '${{ 1 / parameters.n }}') },
    }
    const problem = await refused(zero)
    expect(problem.code).toBe('expression_failed')
    expect(problem.message).toMatch(/^step "a": \$\{\{ 1 \/ parameters\.n \}\} cannot be evaluated: .*zero/)
  })
})

describe('a start with a wrong file changes nothing and says what is wrong', () => {
  const reads = (input: object) => ({ steps: { a: sh('exit 0', { inputs: { data: input } }) } })

  test('an input that is missing, is something else, or lies outside, also by a link', async () => {
    await writeFile(join(engine.root, 'secret.txt'), 'secret')
    await engine.write('data/in.txt', 'x')
    await symlink(join(engine.root, 'secret.txt'), join(engine.folder, 'link'))
    await symlink('../..', join(engine.folder, 'data', 'up'))
    await symlink('in.txt', join(engine.folder, 'data', 'inside'))
    const tell = async (input: object) => {
      const { code, message } = await refused(reads(input))
      return [code, message]
    }
    expect(await tell({ file: 'no.txt' })).toEqual([
      'input_missing',
      'steps.a.inputs.data: no.txt does not exist beside the pipeline: correct the path or make the file',
    ])
    expect(await tell({ file: 'data' })).toEqual([
      'input_missing',
      'the input data is not a file: write {folder: data} if that is what it is',
    ])
    expect(await tell({ folder: 'data/in.txt' })).toEqual([
      'input_missing',
      'the input data/in.txt is not a folder: write {file: data/in.txt} if that is what it is',
    ])
    for (const path of ['../secret.txt', 'link', 'data/up/secret.txt', 'data/../../secret.txt']) {
      expect(await tell({ file: path })).toEqual([
        'input_outside',
        `steps.a.inputs.data: ${path} lies outside the folder of the pipeline: copy it there`,
      ])
    }
    expect((await tell({ folder: '..' }))[0]).toBe('input_outside')
    expect((await tell({ file: '/etc/passwd' }))[0]).toMatch(/^input_(missing|outside)$/)
    expect(await tell({ folder: 'data' })).toEqual(['input_missing', expect.stringContaining('symbolic link')])
    const linked = await engine.run(await engine.pipeline({ code: 'empty', ...reads({ file: 'data/inside' }) }))
    expect(linked.status).toBe('succeeded')
  })

  test('a code folder that is missing, is a file, or holds a link that leads out', async () => {
    await engine.write('a-file', 'x')
    await engine.write('leads-out/x', 'x')
    await symlink('../../secret.txt', join(engine.folder, 'leads-out', 'evil'))
    const tell = async (code: string) => {
      const problem = await refused({ ...fine, code })
      return [problem.code, problem.message]
    }
    expect(await tell('no-such-folder')).toEqual([
      'code_unreadable',
      `the code folder ${join(engine.folder, 'no-such-folder')} does not exist: set spec.code to the folder that holds your code`,
    ])
    expect((await tell('a-file'))[0]).toBe('code_unreadable')
    const [code, message] = await tell('leads-out')
    expect([code, message]).toEqual([
      'code_unreadable',
      expect.stringMatching(/evil .*leads out of the code folder.*\.minisubignore/),
    ])
  })

  test('a pipeline that is not there', async () => {
    expect(await problemOf(engine.start(join(engine.folder, 'none.yaml')))).toEqual({
      code: 'input_missing',
      message: `the pipeline ${join(engine.folder, 'none.yaml')} cannot be read: there is no such file`,
    })
    expect((await problemOf(engine.start(engine.folder))).code).toBe('input_missing')
  })
})

describe('a start that this target cannot do changes nothing and says what is wrong', () => {
  test('an unknown target', async () => {
    expect(await refused(fine, { target: 'moon' })).toEqual({
      code: 'not_supported',
      message: 'there is no target "moon": known are docker, process',
    })
  })

  test('an environment that is an image, also where another one would have to be locked first', async () => {
    const spec = {
      environments: { python: { python: '>=3.9' }, zImage: { image: 'python:3.12' } },
      steps: { a: sh('exit 0', { environment: 'python' }), b: sh('exit 0', { environment: 'zImage' }) },
    }
    expect(await refused(spec)).toEqual({
      code: 'not_supported',
      message:
        'the environment "zImage" is an image, which the process target cannot run: give it python and packages, or run with --target docker',
    })
  })

  test('a secret that is not here, and a name of a secret that leads elsewhere', async () => {
    const spec = (secret: string, key: string) => ({ steps: { a: sh('exit 0', { secrets: { T: { secret, key } } }) } })
    const { code, message } = await refused(spec('none', 'token'))
    expect([code, message]).toEqual([
      'secret_missing',
      'the secret none has no key token here: set it with `minisub secret set none token`',
    ])
    expect((await refused(spec('..', 'token'))).code).toBe('invalid_value')
    expect((await refused(spec('none', '../../token'))).code).toBe('invalid_value')
  })

  test('a Python that nobody has, and packages that cannot be', async () => {
    const spec = (python: string) => ({
      environments: { py: { python } },
      steps: { a: sh('exit 0', { environment: 'py' }) },
    })
    const missing = await refused(spec('>=3.98'))
    expect([missing.code, missing.message]).toEqual([
      'python_missing',
      expect.stringMatching(/No Python that meets .*3\.98/),
    ])
  })
})

describe('a lock file that cannot be used changes nothing and says what is wrong', () => {
  const spec = { environments: { py: { python: '>=3.9' } }, steps: { a: sh('exit 0', { environment: 'py' }) } }
  const lock = () => join(engine.folder, 'bad.lock.json')

  test.each([
    ['is no JSON', '{'],
    ['is empty', ''],
    ['is of another shape', '{"version": 1, "environments": {"py": {"kind": "python"}}}'],
    ['is from a later version', '{"version": 2, "environments": {}}'],
  ])('it %s', async (_what, text) => {
    await writeFile(lock(), text)
    const { code, message } = await refused(spec)
    expect([code, message]).toEqual(['lock_invalid', expect.stringContaining('delete it and lock again')])
    await rm(lock())
  })

  test('it is a folder', async () => {
    await mkdir(lock())
    const { code, message } = await refused(spec)
    expect([code, message]).toEqual(['lock_invalid', expect.stringContaining('bad.lock.json')])
    await rm(lock(), { recursive: true })
  })

  test('and once it is gone, the first use writes it and the run goes', async () => {
    const file = await engine.pipeline({ code: 'empty', ...spec }, 'bad')
    expect((await engine.run(file)).status).toBe('succeeded')
    expect(JSON.parse(await readFile(lock(), 'utf8'))).toMatchObject({
      version: 1,
      environments: { py: { kind: 'python' } },
    })
  })
})
