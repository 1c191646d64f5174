import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDockerEngine } from '#core/runtimes/docker/index.ts'
import { homeMark } from '#core/runtimes/docker/labels.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { openCliSandbox, runOf, until, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { containersOf } from '#test/support/engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

/** Starts a core of its own and waits until it is ready. */
async function startCore(sandbox: CliSandbox) {
  const core = sandbox.start('serve', '--json')
  await new Promise<void>((resolve) => core.child.stdout?.once('data', () => resolve()))
  return core
}

/** Makes cores look for the engine where none is. */
async function hideEngine(sandbox: CliSandbox): Promise<void> {
  await mkdir(sandbox.home, { recursive: true })
  await writeFile(join(sandbox.home, 'settings.json'), JSON.stringify({ 'docker.host': 'unix:///nowhere/docker.sock' }))
}

async function endOf(sandbox: CliSandbox, run: string) {
  await until(`run ${run} has ended`, async () => isFinalRun((await sandbox.client().showRun({ run })).status))
  return sandbox.client().showRun({ run })
}

/** Three at a time, ten in all. */
const LINES = [
  'steps:',
  `  items: {forEach: {i: ${JSON.stringify([0, 1, 2, 3, 4, 5])}}, parallelism: 3, command: [sh, -c, 'echo begin; sleep 2; echo end; printf "$0" > "$MINISUB_OUTPUTS/n"', "\${{ each.i }}"], outputs: {n: {type: integer}}}`,
  `  last: {command: [sh, -c, 'printf "$0" > "$MINISUB_OUTPUTS/n"', "\${{ steps.items.outputs.n }}"], outputs: {n: {type: list, items: integer}}}`,
  'outputs: {n: "${{ steps.last.outputs.n }}"}',
]

describeWithDocker('a core that is killed with -9 while containers run', () => {
  test('is followed by one that takes them up: nothing runs twice, no line is lost, nothing is left', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('killed', LINES)
    let core = await startCore(sandbox)
    const started = await sandbox.minisub('run', file, '--target', 'docker', '--detach', '--json')
    const { id } = runOf(started)
    for (const pause of [400, 1_700, 2_300]) {
      await delay(pause)
      core.child.kill('SIGKILL')
      await core.finished
      core = await startCore(sandbox)
    }
    const run = await endOf(sandbox, id)
    expect(run.status).toBe('succeeded')
    expect(run.outputs).toEqual({ n: [0, 1, 2, 3, 4, 5] })
    expect(run.steps.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1, 1, 1])
    for (let item = 0; item < 6; item += 1) {
      const { stdout } = await sandbox.minisub('logs', id, `items[${item}]`)
      expect(stdout).toBe('begin\nend\n')
    }
    await expect.poll(() => containersOf(id)).toEqual([])
  })

  test('leaves containers of a run that is over to the next one, which removes them', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('left', ['steps: {a: {command: ["true"]}}'])
    let core = await startCore(sandbox)
    const { id } = runOf(await sandbox.minisub('run', file, '--target', 'docker', '--json'))
    core.child.kill('SIGKILL')
    await core.finished
    // as if it had been killed between the run's end and the removal
    const client = await openDockerEngine().client()
    const Labels = { 'minisub.home': homeMark(sandbox.home), 'minisub.run': id }
    await client.createContainer({ Image: 'busybox:1.35', Labels, name: `minisub-${id}.left` })
    expect(await containersOf(id)).not.toEqual([])
    core = await startCore(sandbox)
    await expect.poll(() => containersOf(id)).toEqual([])
  })

  test('leaves a cancelled run to the next one, which ends its containers', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('left', ['steps: {a: {command: [sleep, "600"]}}'])
    const core = await startCore(sandbox)
    const { id } = runOf(await sandbox.minisub('run', file, '--target', 'docker', '--detach', '--json'))
    await until('it runs', async () => (await sandbox.client().showRun({ run: id })).steps[0]?.startedAt !== null)
    await sandbox.client().cancelRun({ run: id })
    core.child.kill('SIGKILL')
    await core.finished
    await startCore(sandbox)
    expect((await endOf(sandbox, id)).status).toBe('cancelled')
    await expect.poll(() => containersOf(id)).toEqual([])
  })

  test('is followed by one that waits for an engine that is away', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('away', ['steps: {a: {command: [sh, -c, "sleep 3; echo done"]}}'])
    const core = await startCore(sandbox)
    const { id } = runOf(await sandbox.minisub('run', file, '--target', 'docker', '--detach', '--json'))
    await until('it runs', async () => (await sandbox.client().showRun({ run: id })).steps[0]?.startedAt !== null)
    core.child.kill('SIGKILL')
    await core.finished
    await hideEngine(sandbox)
    await startCore(sandbox)
    await delay(4_000)
    expect((await sandbox.client().showRun({ run: id })).status).toBe('running')
    await sandbox.minisub('settings', 'unset', 'docker.host')
    expect((await endOf(sandbox, id)).status).toBe('succeeded')
    expect((await sandbox.minisub('logs', id, 'a')).stdout).toBe('done\n')
  })
})

test('an engine that cannot be reached is one sentence, and no run is written', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('none', ['steps: {a: {command: ["true"]}}'])
  await hideEngine(sandbox)
  const { code, stderr } = await sandbox.minisub('run', file, '--target', 'docker')
  expect(code).not.toBe(0)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/^error: .*\/nowhere\/docker\.sock.*: /)
  expect((await sandbox.client().listRuns({})).runs).toEqual([])
  const targets = await sandbox.minisub('targets', '--json')
  expect(JSON.parse(targets.stdout).targets).toMatchObject([
    { name: 'process', status: 'ready', reason: null },
    { name: 'docker', status: 'unavailable', reason: expect.stringContaining('/nowhere/docker.sock') },
  ])
  const table = await sandbox.minisub('targets')
  expect(table.stdout).toMatch(/^TARGET +STATUS +IS\nprocess +ready +processes of this machine\ndocker +unavailable /)
})

test('a target that is not known is refused with those that are', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('none', ['steps: {a: {command: ["true"]}}'])
  const { code, stderr } = await sandbox.minisub('run', file, '--target', 'dokcer')
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'error: there is no target "dokcer": did you mean "docker"?\n' })
})
