import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EnvironmentView } from '#core/contract/run.ts'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { startRegistry, type Registry } from '#test/support/registry.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

const BASE = 'busybox:1.35'

describeWithDocker('environments as images, by the command line', () => {
  let box: CliSandbox
  let registry: Registry
  beforeAll(async () => {
    box = await openCliSandbox()
    registry = await startRegistry('minisub.test.cli')
  })
  afterAll(async () => {
    await box[Symbol.asyncDispose]()
    await registry[Symbol.asyncDispose]()
  })

  /** A pipeline whose one environment is of a Dockerfile that no other test has. */
  const ownPipeline = async (name: string): Promise<string> => {
    const folder = join(box.folder, `image-${name}`)
    await mkdir(folder)
    await writeFile(join(folder, 'Dockerfile'), `FROM ${BASE}\nENV NAME=${name} PID=${process.pid}-${Date.now()}\n`)
    return box.pipeline(name, [
      `environments: {own: {dockerfile: image-${name}/Dockerfile}}`,
      'steps: {a: {environment: own, command: [sh, -c, "echo $NAME"]}}',
    ])
  }
  const list = async (): Promise<EnvironmentView[]> =>
    (JSON.parse((await box.minisub('env', 'list', '--json')).stdout) as { environments: EnvironmentView[] })
      .environments

  test('an image of a registry is locked, pulled with lines about it, listed, and deleted', async () => {
    const name = await registry.push(BASE, 'cli/tool:1')
    const file = await box.pipeline('tool', [
      `environments: {tool: {image: '${name}'}}`,
      'steps: {a: {environment: tool, command: [echo, here]}}',
    ])
    expect(await box.minisub('validate', file)).toMatchObject({ code: 0 })
    expect(await box.minisub('lock', file)).toMatchObject({ code: 0 })
    const lock = JSON.parse(await readFile(join(box.folder, 'tool.lock.json'), 'utf8')) as object
    expect(lock).toMatchObject({
      environments: { tool: { kind: 'image', image: name, indexDigest: expect.stringMatching(/^sha256:/) as string } },
    })
    await expect(box.minisub('env', 'build', file)).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--target docker') as string,
    })
    const built = await box.minisub('env', 'build', file, '--target', 'docker')
    expect(built).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/KIND.*\n.* image .*cli\/tool:1.* tool/) as string,
    })
    const [found] = (await list()).filter(({ image }) => image === name)
    expect(found).toMatchObject({ kind: 'image', platform: 'linux/amd64', pythonMinor: null, users: ['tool'] })
    expect(await box.minisub('env', 'delete', found?.digest ?? '', '--kind', 'python')).toMatchObject({ code: 2 })
    const beginning = found?.digest.slice(0, 12) ?? ''
    expect(await box.minisub('env', 'delete', beginning, '--kind', 'image')).toMatchObject({ code: 0 })
    expect((await list()).filter(({ image }) => image === name)).toEqual([])
  })

  test('a Dockerfile is built once for all runs, and its lines are told', async () => {
    const file = await ownPipeline('own')
    const first = await box.minisub('env', 'build', file, '--target', 'docker')
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('Step 1/') as string })
    const again = await box.minisub('env', 'build', file, '--target', 'docker')
    expect(again.stderr).not.toContain('Step 1/')
    const lock = await readFile(join(box.folder, 'own.lock.json'), 'utf8')
    expect(JSON.parse(lock)).toMatchObject({ environments: { own: { dockerfile: 'image-own/Dockerfile' } } })
    await writeFile(join(box.folder, 'image-own', 'more'), 'text')
    expect(await box.minisub('lock', file, '--json')).toMatchObject({
      stdout: expect.stringContaining('"changed": true') as string,
    })
    expect(await readFile(join(box.folder, 'own.lock.json'), 'utf8')).not.toBe(lock)
  })

  test('prune tells what would go, and takes it', async () => {
    await box.minisub('env', 'build', await ownPipeline('old'), '--target', 'docker')
    const old = (await list()).filter(({ users }) => users.includes('old'))
    expect(await box.minisub('env', 'prune', '--older-than', '9999d')).toMatchObject({
      code: 0,
      stdout: 'nothing to delete\n',
    })
    const would = await box.minisub('env', 'prune', '--dry-run')
    expect(would.stdout).toMatch(new RegExp(`${old[0]?.digest ?? 'none'}.*\\n(.*\\n)*would delete \\d+, `))
    expect(await box.minisub('env', 'prune')).toMatchObject({ code: 0 })
    expect((await list()).filter(({ users }) => users.length > 0)).toEqual([])
    expect(await box.minisub('env', 'prune', '--older-than', 'soon')).toMatchObject({ code: 2 })
  })
})
