import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '#core/store/index.ts'
import { openEngine, sh, statusesOf, stepOf, until } from '#test/support/engine.ts'

let root = ''
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'minisub-home-'))))
afterEach(() => {
  // what a failed test left mounted
  if (isRoot) spawnSync('umount', ['-l', join(root, 'home')])
  spawnSync('chmod', ['-R', 'u+rwX', root])
  rmSync(root, { recursive: true, force: true })
})

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
/** Whether another user can read this checkout and its Node at all. */
const canBeNobody =
  isRoot &&
  spawnSync(
    process.execPath,
    ['-e', `import(${JSON.stringify(join(import.meta.dirname, '../../core/store/index.ts'))}).then(() => {})`],
    {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
    },
  ).status === 0

const hasPython =
  spawnSync('python3', ['-c', ''], isRoot ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : { cwd: '/' }).status === 0

/** What a child process of an ordinary user is told when it calls the script; `Problem` has code and message. */
function asOrdinaryUser(script: string): { code?: string; message?: string; done?: unknown } {
  const core = join(import.meta.dirname, '../../core')
  const program = `const core = ${JSON.stringify(core)}, home = ${JSON.stringify(join(root, 'home'))}, folder = ${JSON.stringify(root)}
    try { const done = await (async () => { ${script} })(); console.log(JSON.stringify({ done })) }
    catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message })) }
    process.exit()`
  const ids = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  const env = { PATH: process.env['PATH'] ?? '', HOME: root }
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    ...ids,
    env,
    cwd: '/',
  })
  return JSON.parse(stdout.toString() || JSON.stringify({ message: stderr.toString() })) as ReturnType<
    typeof asOrdinaryUser
  >
}

describe.skipIf(isRoot && !canBeNobody)(
  'an ordinary user (skipped as root where no other user may read the checkout)',
  () => {
    const open =
      'const { openWorkbench } = await import(core + "/workbench.ts"); const it = await openWorkbench({ home }); await it.close(); return "opened"'

    test('with a data folder that is read-only, or cannot be made, is told so, and nothing changes', () => {
      chmodSync(root, 0o755)
      expect(asOrdinaryUser(open)).toMatchObject({
        code: 'home_unwritable',
        message: expect.stringMatching(/home cannot be written .*MINISUB_HOME$/),
      })
      mkdirSync(join(root, 'home'))
      writeFileSync(join(root, 'home', 'mine'), '')
      chmodSync(join(root, 'home'), 0o555)
      expect(asOrdinaryUser(open)).toMatchObject({
        code: 'home_unwritable',
        message: expect.stringContaining('give yourself write permission'),
      })
      expect(readdirSync(join(root, 'home'))).toEqual(['mine'])
      if (!isRoot) return
      chownSync(join(root, 'home'), NOBODY, NOBODY)
      chmodSync(join(root, 'home'), 0o700)
      expect(asOrdinaryUser(open)).toEqual({ done: 'opened' })
    })

    test.skipIf(!hasPython)(
      'with a pipeline in a folder that cannot be written is told so when the lock has to be made (skipped where that user has no Python)',
      () => {
        chmodSync(root, 0o755)
        const project = join(root, 'project')
        mkdirSync(project)
        mkdirSync(join(root, 'home'))
        if (isRoot) chownSync(join(root, 'home'), NOBODY, NOBODY)
        const spec = {
          environments: { py: { python: '>=3.9' } },
          steps: { a: { command: ['true'], environment: 'py' } },
        }
        writeFileSync(
          join(project, 'p.yaml'),
          JSON.stringify({ apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec }),
        )
        chmodSync(project, 0o555)
        const told = asOrdinaryUser(`
      const { lockPipeline } = await import(core + "/pipelines/lock-file.ts")
      const { readPipelineFile } = await import(core + "/pipelines/pipeline-file.ts")
      await lockPipeline(await readPipelineFile(folder + "/project/p.yaml"), { home, update: false, images: null })`)
        expect(told).toMatchObject({
          code: 'lock_unwritable',
          message: expect.stringMatching(/p\.lock\.json cannot be written \(EACCES\): give yourself/),
        })
        expect(readdirSync(project)).toEqual(['p.yaml'])
      },
    )
  },
)

describe('a data folder from a newer version', () => {
  test('is left as it is, and the sentence says what to do', async () => {
    const home = join(root, 'home')
    {
      using store = openStore(home)
      store.db.pragma('user_version = 999')
    }
    const before = statSync(join(home, 'workbench.db')).mtimeMs
    await expect(openEngine({ home })).rejects.toMatchObject({
      code: 'home_newer',
      message: expect.stringMatching(
        /is of schema 999, this version knows \d+: use the newer Mini-Submarine, or another MINISUB_HOME$/,
      ),
    })
    expect(statSync(join(home, 'workbench.db')).mtimeMs).toBe(before)
  })
})

/** A file system of a few MB, or undefined where this user may not mount one. */
function mountSmall(path: string, megabytes: number): Disposable | undefined {
  mkdirSync(path)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]).status !== 0) return undefined
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', path]) }
}
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-mount-'))
  try {
    using mounted = mountSmall(join(folder, 'it'), 1)
    return mounted !== undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.skipIf(!canMount())('a full disk (skipped where this user may not mount a small one)', () => {
  const MB = (count: number, name: string) => `head -c ${count * 1_000_000} /dev/urandom > "$MINISUB_OUTPUTS/${name}"`

  test('while an artifact is written fails the step in words, other runs go on, and space that is freed heals it', async () => {
    const home = join(root, 'home')
    using _ = mountSmall(home, 24)
    await using engine = await openEngine({ home })
    const file = await engine.pipeline({
      steps: {
        give: sh(MB(9, 'f'), { outputs: { f: { type: 'file' } } }),
        // its copy does not fit beside the artifact and what this step is given
        copy: sh('exit 0', { inputs: { a: '${{ steps.give.outputs.f }}', b: '${{ steps.give.outputs.f }}' } }),
        told: sh('exit 0', { needs: { copy: 'failed' } }),
      },
    })
    const view = await engine.run(file)
    expect(statusesOf(view)).toEqual({ give: 'succeeded', copy: 'failed', told: 'succeeded' })
    expect(stepOf(view, 'copy').reason).toMatch(
      /^the disk is full, so .* cannot be written: free space there, then run again$/,
    )
    const finished = engine.events(view.id).find((it) => it.kind === 'attempt.finished' && it.step === 'copy')
    expect(finished).toMatchObject({ code: 'disk_full' })
    const small = await engine.pipeline({ steps: { a: sh('exit 0', { inputs: { a: { file: 'small' } } }) } }, 'small')
    await engine.write('small', 'x')
    expect((await engine.run(small)).status).toBe('succeeded')
    expect(engine.errors).toEqual([])
  })

  test('that a step fills by itself fails that step alone; its end is written as soon as there is room', async () => {
    const home = join(root, 'home')
    using _ = mountSmall(home, 16)
    await using engine = await openEngine({ home })
    const file = await engine.pipeline({
      steps: {
        fill: sh(MB(40, 'f'), { outputs: { f: { type: 'file' } } }),
        after: sh('exit 0', { needs: { fill: 'finished' } }),
      },
    })
    const { id } = await engine.start(file)
    await until(
      'the disk is full, or it is over',
      () => engine.errors.length > 0 || engine.service.show(id).finishedAt !== null,
    )
    for (const name of readdirSync(join(home, 'runs', id)))
      rmSync(join(home, 'runs', id, name, 'outputs', 'f'), { force: true })
    const view = await engine.end(id)
    expect(statusesOf(view)).toEqual({ fill: 'failed', after: 'succeeded' })
    expect(stepOf(view, 'fill').reason).toMatch(/^exit code 1/)
    expect(existsSync(join(home, 'workbench.db'))).toBe(true)
  })
})
