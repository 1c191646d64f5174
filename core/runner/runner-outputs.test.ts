import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { OUTPUTS_FILE } from '#core/attempts/index.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import { removeTree, sha256 } from '#core/files/index.ts'
import { collectOutputs } from '#core/pipelines/outputs.ts'
import { openBlobs } from '#core/store/index.ts'
import { runnerSpec, runUnder, startRunner, type RunnerResult } from '#test/support/runner.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'

let base = ''
let folder = ''
beforeAll(async () => void (await bundleRunner()))
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-runner-outputs-'))
  folder = join(base, 'outputs')
  mkdirSync(folder)
})
afterEach(() => removeTree(base))

type Declared = Record<string, OutputDeclaration>
const leave = (declared: Declared, script = ':'): Promise<RunnerResult> =>
  runUnder(['sh', '-c', script], { workingFolder: folder, outputs: { folder, declared } })
const left = (): OutputRecords => JSON.parse(readFileSync(join(folder, OUTPUTS_FILE), 'utf8')) as OutputRecords

test('outputs of a command that was asked to stop and ended with 0 are looked at like any others', async () => {
  const script = 'trap "echo 1 > n; exit 0" TERM; echo ready; sleep 60 & wait'
  for (const [name, problem] of [
    ['n', null],
    ['other', { code: 'output_missing' }],
  ] as const) {
    const outputs = { folder, declared: { [name]: { type: 'integer' } } satisfies Declared }
    const runner = startRunner(runnerSpec(['sh', '-c', script], { workingFolder: folder, outputs }))
    await expect.poll(() => runner.printed.read()?.toString() ?? '').toMatch(/^o\d+ ready$/m)
    runner.child.kill('SIGTERM')
    const { end } = await runner.result()
    expect(end).toMatchObject({ exitCode: 0, stoppedBy: 'signal', problem })
  }
})

describe('outputs that are as declared', () => {
  const declared: Declared = {
    accuracy: { type: 'number' },
    model: { type: 'file' },
    big: { type: 'file' },
    tree: { type: 'folder' },
  }
  const script = `echo 0.5 > accuracy; printf model > model; chmod +x model; head -c 200000 /dev/zero > big
    mkdir -p tree/a/empty tree/void; echo 1 > tree/a/x; echo 2 > tree/b
    mkdir -p scratch/deep; echo no > scratch/deep/file; echo no > stray; ln -s model alias; chmod 500 scratch/deep`

  test('are recorded as the core itself would, and nothing else stays', async () => {
    const { end, code } = await leave(declared, script)
    expect(end).toMatchObject({ exitCode: 0, problem: null })
    expect(code).toBe(0)
    expect(readdirSync(folder).toSorted()).toEqual([OUTPUTS_FILE, 'accuracy', 'big', 'model', 'tree'])
    expect(left()).toEqual(await collectOutputs({ folder, declared, blobs: openBlobs(join(base, 'blobs')) }))
    expect(left()['model']).toEqual({ kind: 'file', size: 5, executable: true, sha256: sha256('model') })
  })

  test('are none: the folder is emptied, whatever the command made of it', async () => {
    for (const spoil of ['echo x > y', 'rm -r "$PWD"', 'rm -r "$PWD"; echo x > "$PWD"', `echo 1 > ${OUTPUTS_FILE}`]) {
      expect((await leave({}, spoil)).end.problem).toBeNull()
      expect(readdirSync(folder)).toEqual([OUTPUTS_FILE])
      expect(left()).toEqual({})
      await removeTree(join(folder, OUTPUTS_FILE))
    }
  })

  test('are written beside no link of the command', async () => {
    symlinkSync(join(base, 'elsewhere'), join(folder, OUTPUTS_FILE))
    expect((await leave({})).end.problem).toBeNull()
    expect(lstatSync(join(folder, OUTPUTS_FILE)).isFile()).toBe(true)
    expect(readdirSync(base)).toEqual(['outputs'])
  })

  test('are looked at after everything that could change them is dead', async () => {
    const { end } = await leave({ out: { type: 'file' } }, '(while :; do echo more >> out; done) & sleep 0.2')
    expect(end.problem).toBeNull()
    expect(left()['out']).toMatchObject({ size: lstatSync(join(folder, 'out')).size })
  })

  test('may be 5,000 files, which take less than 2 s', async () => {
    mkdirSync(join(folder, 'tree'))
    for (let index = 0; index < 5_000; index += 1) writeFileSync(join(folder, 'tree', String(index)), String(index))
    const { end, records } = await leave({ tree: { type: 'folder' } })
    expect(end.problem).toBeNull()
    expect((records.at(-1)?.time ?? Infinity) - end.finishedAt).toBeLessThan(2_000)
    const { tree } = left()
    expect(tree?.kind === 'folder' && tree.files.length).toBe(5_000)
  })
})

describe('outputs that are not as declared', () => {
  test.each([
    [{ out: { type: 'number' } }, ':', 'output_missing', '$MINISUB_OUTPUTS/out'],
    [{ out: { type: 'number' } }, 'echo nan > out', 'output_invalid', 'expected JSON, found nan'],
    [{ out: { type: 'string' } }, 'head -c 40000 /dev/zero > out', 'output_too_large', 'more than the 32768'],
    [{ out: { type: 'file' } }, 'ln -s /etc/passwd out', 'output_symlink', 'is a symbolic link'],
    [{ out: { type: 'folder' } }, 'mkdir out; mkfifo out/p', 'output_invalid', 'a named pipe'],
    [
      { out: { type: 'file' } },
      'd=$PWD; cd ..; mv "$d" away; ln -s away "$d"',
      'output_symlink',
      'became a symbolic link',
    ],
    [{ out: { type: 'string', pattern: '^(a+)+$' } }, `printf ${'a'.repeat(50)}! > out`, 'output_invalid', 'too long'],
  ] as const)('%j after `%s` is %s', async (declared, script, problem, message) => {
    const { end, code } = await leave(declared, script)
    expect(end.exitCode).toBe(0)
    expect(end.problem?.code).toBe(problem)
    expect(end.problem?.message).toContain(message)
    expect(code).toBe(1)
    expect(readdirSync(folder)).not.toContain(OUTPUTS_FILE)
  })

  test('are not looked at after a failure', async () => {
    const { end, code } = await leave({ out: { type: 'file' } }, 'exit 4')
    expect(end).toMatchObject({ exitCode: 4, problem: null })
    expect(code).toBe(4)
  })
})
