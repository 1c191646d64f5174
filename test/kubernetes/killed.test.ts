import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isFinalRun } from '#core/contract/events.ts'
import { homeId } from '#core/cluster/index.ts'
import { openCliSandbox, type CliSandbox, type Started } from '#test/support/cli-sandbox.ts'
import { labProfile, openLab, PODS, SECRETS, WORKFLOWS } from '#test/support/lab-target.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'

const KILLS = 10
/** A submit takes about a second once its image is in the registry. */
const LONGEST_MS = 1_600

/** Starts a core of its own and waits until it is ready. */
async function startCore(sandbox: CliSandbox): Promise<Started> {
  const core = sandbox.start('serve', '--json')
  await new Promise<void>((resolve, reject) => {
    core.child.stdout?.once('data', () => resolve())
    void core.finished.then(({ stderr, code }) => reject(new Error(`the core ended with ${code}: ${stderr}`)))
  })
  void core.finished.catch(() => undefined)
  return core
}

async function addLab(sandbox: CliSandbox): Promise<void> {
  const { artifacts } = labProfile('killed')
  await sandbox.minisubWith(lab.accessKey, 'secret', 'set', artifacts.accessKey.secret, artifacts.accessKey.key)
  await sandbox.minisubWith(lab.secretKey, 'secret', 'set', artifacts.secretKey.secret, artifacts.secretKey.key)
  await sandbox.minisubWith('a-secret-of-the-step', 'secret', 'set', 'api', 'token')
  await sandbox.client().addTarget({ name: 'lab', profile: labProfile('killed') })
}

describeWithKubernetes('a core that is killed with -9', () => {
  test(`at ${KILLS} random moments of a submit has sent each run once, and leaves nothing else`, async () => {
    await using sandbox = await openCliSandbox()
    await using cluster = openLab()
    let core = await startCore(sandbox)
    await addLab(sandbox)
    const file = await sandbox.pipeline('killed', [
      'steps:',
      '  only: {command: [sh, -c, "test ${#TOKEN} = 20"], secrets: {TOKEN: {secret: api, key: token}}}',
    ])
    const first = await sandbox.minisub('run', file, '--target', 'lab', '--no-cache')
    expect(first.stderr + first.stdout).toContain('succeeded')
    for (let kill = 0; kill < KILLS; kill += 1) {
      const asked = sandbox.start('run', file, '--target', 'lab', '--no-cache', '--detach')
      await delay((LONGEST_MS * kill) / KILLS + Math.random() * (LONGEST_MS / KILLS))
      core.child.kill('SIGKILL')
      await core.finished
      asked.child.kill('SIGKILL')
      await asked.finished
      core = await startCore(sandbox)
    }
    const { runs } = await sandbox.client().listRuns({})
    for (const { id } of runs) await ended(sandbox, id)
    expect((await sandbox.client().listRuns({})).runs.map(({ status }) => status)).toEqual(runs.map(() => 'succeeded'))

    const labelSelector = `mini-submarine/home=${homeId(sandbox.home)}`
    const workflows = (await cluster.list(WORKFLOWS, { labelSelector })).map(({ metadata }) => metadata.name)
    expect(workflows.toSorted()).toEqual(runs.map(({ id }) => id).toSorted())
    const left = async (): Promise<string[]> => {
      const all = await Promise.all([PODS, SECRETS].map((resource) => cluster.list(resource, { labelSelector })))
      return all.flat().map(({ metadata }) => metadata.name)
    }
    await expect.poll(left, { timeout: 30_000 }).toEqual([])
    for (const name of workflows) await cluster.delete(WORKFLOWS, name)
  })
})

async function ended(sandbox: CliSandbox, run: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await delay(200)) {
    if (isFinalRun((await sandbox.client().showRun({ run })).status)) return
  }
  throw new Error(`run ${run} did not end`)
}
