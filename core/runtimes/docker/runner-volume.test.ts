import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CONTAINER } from '#core/attempts/index.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { docker, openDockerBench } from './docker-fixture.ts'
import { openDockerEngine } from './engine.ts'
import { openDockerImages } from './images.ts'
import { copyRunner, hasRunner } from './runner-copy.ts'
import { openDockerRuntime } from './runtime.ts'
import { readRunnerSource, RUNNER_BUNDLE, runnerTag } from './runner-image.ts'
import { openRunnerVolume, type RunnerVolume } from './runner-volume.ts'

describeWithDocker('the volume of the step runner', () => {
  let root: string
  let bundle: string
  let mark: string
  const open = (): RunnerVolume => {
    const engine = openDockerEngine()
    return openRunnerVolume({ engine, images: openDockerImages({ engine }), bundle })
  }
  const name = (): string => `minisub-runner-${mark}`

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'minisub-volume-'))
    bundle = join(root, 'runner.mjs')
    // a runner of its own, so that no other test has its volume
    writeFileSync(bundle, `${readFileSync(RUNNER_BUNDLE, 'utf8')}\n// ${root}\n`)
    mark = (await readRunnerSource(bundle)).mark
  })
  afterEach(() => {
    rmSync(root, { recursive: true })
    expect(docker('ps', '--all', '--quiet', '--filter', `label=minisub.runner=${mark}`)).toBe('')
    docker('volume', 'rm', '--force', name())
    if (docker('images', '--quiet', runnerTag(mark, 'linux/amd64')) !== '')
      docker('rmi', runnerTag(mark, 'linux/amd64'))
  })

  /** What is in it, as a container sees it. */
  function content(): string {
    return docker('run', '--rm', '--volume', `${name()}:/v:ro`, 'busybox:1.35', 'sh', '-c', 'cd /v; ls -a; ls bin')
  }

  test('is made once by all who start at the same time, and whole', async () => {
    const [first, second] = [open(), open()]
    const names = await Promise.all([first.ensure(), first.ensure(), second.ensure()])
    expect(new Set(names)).toEqual(new Set([name()]))
    expect(content().split('\n')).toEqual(expect.arrayContaining(['runner.mjs', 'lib', '.whole', 'node', 'mkfifo']))
    expect(await open().ensure()).toBe(name())
  })

  test('that a killed core left half-made is made again', async () => {
    docker('volume', 'create', name())
    docker('run', '--rm', '--volume', `${name()}:/v`, 'busybox:1.35', 'sh', '-c', 'mkdir /v/bin; echo x > /v/bin/node')
    await open().ensure()
    expect(content()).toContain('.whole')
    expect(content()).toContain('mkfifo')
  })

  test('that the engine does not fill by itself is filled by copy', async () => {
    const image = runnerTag(mark, 'linux/amd64')
    await open().ensure()
    docker('volume', 'rm', name())
    const mount = `type=volume,source=${name()},target=${CONTAINER.runner},volume-nocopy`
    const into = docker('create', '--label', `minisub.runner=${mark}`, '--mount', mount, image, 'none')
    const client = await openDockerEngine().client()
    expect(await hasRunner(client, into)).toBe(false)
    await copyRunner(client, { name: `${name()}-source`, image, labels: { 'minisub.runner': mark }, into })
    expect(await hasRunner(client, into)).toBe(true)
    docker('rm', into)
    const script = `cd ${CONTAINER.runner}; exec lib/ld-linux-x86-64.so.2 --library-path lib bin/node --version`
    const volume = `${name()}:${CONTAINER.runner}:ro`
    expect(docker('run', '--rm', '--volume', volume, 'busybox:1.35', 'sh', '-c', script)).toMatch(/^v24/)
  })

  test('whose maker was killed before it removed its container is finished', async () => {
    const mount = `type=volume,source=${name()},target=${CONTAINER.runner}`
    const labels = ['--label', `minisub.runner=${mark}`, '--label', 'minisub.maker=999999999.1']
    docker('create', '--name', `${name()}-making`, ...labels, '--mount', mount, 'busybox:1.35')
    await open().ensure()
    expect(content()).toContain('.whole')
  })

  test('that somebody removed under a running core is made again by the next step', async () => {
    const runtime = openDockerRuntime({ home: root, engine: openDockerEngine(), runnerBundle: bundle })
    await using bench = openDockerBench(runtime)
    expect(await bench.run(bench.shell('exit 3'))).toMatchObject({ exitCode: 3 })
    await bench.runtime.sweep({})
    docker('volume', 'rm', name())
    expect(await bench.run(bench.shell('exit 4'))).toMatchObject({ exitCode: 4 })
    await bench.runtime.sweep({})
  })

  test('cannot be made without the bundle, and says how to make that', async () => {
    const engine = openDockerEngine()
    const missing = openRunnerVolume({ engine, images: openDockerImages({ engine }), bundle: join(root, 'none') })
    await expect(missing.ensure()).rejects.toMatchObject({ code: 'not_supported' })
    await expect(missing.ensure()).rejects.toThrow('npm run build:runner')
  })
})
