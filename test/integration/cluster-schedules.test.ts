import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFinalRun } from '#core/contract/events.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { ScheduleView } from '#core/contract/schedules.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { openCliSandbox, until, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { openTenant, type Tenant } from '#test/support/cluster-tenant.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import { openScheduleHome } from '#test/support/schedule-core.ts'

const ARGO = '/apis/argoproj.io/v1alpha1'
const CRON_WORKFLOWS = { path: ARGO, plural: 'cronworkflows' }
const WORKFLOWS = { path: ARGO, plural: 'workflows' }
const SECRETS = { path: '/api/v1', plural: 'secrets' }
const NEVER = '0 0 1 1 *'

const ONE_STEP = ['steps: {a: {command: ["true"]}}']
const SEVERAL_STEPS = [
  'parameters: {depth: {type: integer, default: 3}}',
  'steps:',
  '  first:',
  '    command: [sh, -c, \'echo "depth $0, $WORD"; echo 7 > "$MINISUB_OUTPUTS/n"\', "${{ parameters.depth }}"]',
  '    secrets: {WORD: {secret: words, key: one}}',
  '    outputs: {n: {type: integer}}',
  '  each:',
  '    forEach: {x: [1, 2]}',
  '    command: [sh, -c, \'echo "$0 $1" > "$MINISUB_OUTPUTS/f"\', "${{ steps.first.outputs.n }}", "${{ each.x }}"]',
  '    outputs: {f: {type: file}}',
]

/** All that somebody with rights in one namespace only needs. */
describeWithKubernetes('a schedule of a cluster', () => {
  let tenant: Tenant
  let cluster: Cluster
  let profile: ClusterProfile
  beforeAll(async () => {
    tenant = await openTenant()
    const { namespace, context, serviceAccount, kubeconfig } = tenant
    profile = labProfile(namespace, { namespace, context, serviceAccount, kubeconfig: [kubeconfig] })
    cluster = openCluster({ kubeconfig: [kubeconfig], context, namespace })
  })
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await tenant[Symbol.asyncDispose]()
  })
  const cronWorkflows = () => cluster.list(CRON_WORKFLOWS)
  const isThere = async (id: string) => names(await cronWorkflows()).includes(`minisub-${id}`)
  const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name)

  test('starts runs while no core is there, which the next one follows; then it is changed, paused and deleted', async () => {
    await using home = await openScheduleHome(profile)
    await home.write(SEVERAL_STEPS)
    let created: ScheduleView
    {
      await using core = await home.open()
      await core.engine.secrets.set('words', 'one', 'a secret')
      const draft = { file: home.file, target: 'lab', cron: '* * * * *', timeZone: 'UTC' } as const
      created = await core.schedules.create({ ...draft, parameters: { depth: 5 } })
      expect(created.cluster).toMatchObject({ namespace: tenant.namespace, pending: null, trouble: null })
      expect(core.schedules.neededCount()).toBe(0)
    }
    const { id } = created
    const ofIt = { labelSelector: `mini-submarine/schedule=${id}` }
    const ended = `${ofIt.labelSelector},workflows.argoproj.io/completed=true`
    // A minute until it is due, and what the cluster takes.
    const played = () => cluster.list(WORKFLOWS, { labelSelector: ended })
    await expect.poll(async () => (await played()).length, { timeout: 200_000, interval: 500 }).toBeGreaterThan(0)
    await cluster.patch(CRON_WORKFLOWS, `minisub-${id}`, { spec: { suspend: true } })
    const [workflow] = await played()
    const dueAt = Number(workflow?.metadata.name.split('-').at(-1)) * 1000

    await using core = await home.open()
    const { schedules, engine } = core
    const runOf = () => schedules.show('wine').occurrences.find((it) => Date.parse(it.dueAt) === dueAt)?.run ?? ''
    await until('the run is here', () => runOf() !== '' && isFinalRun(engine.service.show(runOf()).status))
    const run = engine.service.show(runOf())
    expect(run).toMatchObject({ status: 'succeeded', target: 'lab' })
    expect(Math.abs(Date.parse(run.startedAt ?? '') - dueAt)).toBeLessThan(30_000)
    expect(run.steps.map(({ name, item, status }) => [name, item?.index ?? null, status])).toEqual([
      ['first', null, 'succeeded'],
      ['each', 0, 'succeeded'],
      ['each', 1, 'succeeded'],
    ])
    expect(run.steps[0]?.outputs).toEqual({ n: 7 })
    const { lines } = await engine.service.log({ run: run.id, step: 'first', item: null }, { from: 0, maxBytes: 1_000 })
    expect(lines.map(({ text }) => text)).toEqual(['depth 5, ***'])
    const { bytes } = await engine.service.pull(run.id, {})
    expect(bytes).toBe(8)
    const makers = engine.store.db.prepare('SELECT DISTINCT created_by FROM runs').pluck().all()
    expect(makers).toEqual(['schedule:wine'])

    await until('the state there is known', async () => (await schedules.inCluster('wine')).cluster?.trouble !== null)
    expect(schedules.show('wine').cluster?.trouble).toMatch('somebody has suspended it in the cluster')
    await home.write(ONE_STEP.map((line) => line.replace('true', 'false')))
    const before = await cluster.get(CRON_WORKFLOWS, `minisub-${id}`)
    await schedules.sync('wine').catch((error: Error) => expect(error.message).toMatch('depth'))
    await home.write(['parameters: {depth: {type: integer}}', ...ONE_STEP])
    await schedules.sync('wine')
    const after = await cluster.get(CRON_WORKFLOWS, `minisub-${id}`)
    const version = ({ metadata }: KubeObject) => metadata.labels?.['mini-submarine/schedule-version']
    expect(version(after)).not.toBe(version(before))
    expect(JSON.stringify(after['spec'])).not.toMatch('s-first')
    expect(after['spec']).toMatchObject({ suspend: true, concurrencyPolicy: 'Forbid', timezone: 'UTC' })

    schedules.resume('wine')
    expect((await schedules.inCluster('wine')).cluster).toMatchObject({ pending: null, trouble: null })
    const resumed = await cluster.get(CRON_WORKFLOWS, `minisub-${id}`)
    expect(resumed['spec']).toMatchObject({ suspend: false })
    schedules.pause('wine')
    await schedules.inCluster('wine')
    expect((await cluster.get(CRON_WORKFLOWS, `minisub-${id}`))['spec']).toMatchObject({ suspend: true })

    const kept = names(await cluster.list(WORKFLOWS, ofIt))
    schedules.delete('wine')
    await until('nothing is left', async () => !(await isThere(id)) && schedules.neededCount() === 0)
    expect(names(await cluster.list(WORKFLOWS, ofIt))).toEqual(kept)
    await expect(cluster.get(SECRETS, `minisub-${id}-secrets`)).rejects.toMatchObject({ code: 'not_found' })
    expect(engine.service.show(run.id).status).toBe('succeeded')
    expect(core.errors).toEqual([])
  })

  test('is kept while the cluster is away, and is there when it can be reached again', async () => {
    const kubeconfig = tenant.variant({ cluster: { server: 'https://127.0.0.1:9' } })
    await using home = await openScheduleHome({ ...profile, kubeconfig: [kubeconfig] })
    await home.write(ONE_STEP)
    await using core = await home.open()
    const { id, cluster: state } = await core.schedules.create({ file: home.file, target: 'lab', cron: NEVER })
    expect(state).toMatchObject({ namespace: null, pending: expect.stringContaining('127.0.0.1:9') })
    expect(await isThere(id)).toBe(false)
    writeFileSync(kubeconfig, readFileSync(tenant.kubeconfig))
    await until('it is there', () => core.schedules.show('wine').cluster?.pending === null)
    expect(await isThere(id)).toBe(true)
    core.schedules.delete('wine')
    await until('it is gone', async () => !(await isThere(id)))
    expect(core.errors).toEqual([])
  })

  test('is there once or not at all whenever the core is killed with -9 while it is made', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('wine', ONE_STEP)
    const others = names(await cronWorkflows())
    const added = async () => names(await cronWorkflows()).filter((name) => !others.includes(name))
    await makeLab(sandbox, profile)
    const list = async () => (await sandbox.client().listSchedules()).schedules
    const kept: boolean[] = []
    for (const [index, pause] of [30, 700, 1_100, 1_500, 2_000, 4_000].entries()) {
      const draft = { file, cron: NEVER, target: 'lab', name: `w${index}` }
      const asked = sandbox
        .client()
        .createSchedule(draft)
        .catch(() => undefined)
      await delay(pause)
      process.kill(sandbox.corePid(), 'SIGKILL')
      await asked
      await sandbox.minisub('schedule', 'list')
      kept.push((await list()).some(({ name }) => name === draft.name))
    }
    await until('all are there', async () => (await list()).every((it) => it.cluster?.pending === null))
    const wanted = (await list()).map(({ id }) => `minisub-${id}`)
    expect((await added()).toSorted()).toEqual(wanted.toSorted())
    // The first is killed before anything was written.
    expect([kept[0], wanted.length > 0]).toEqual([false, true])

    const [first] = await list()
    const { name: called, id } = first ?? { name: '', id: '' }
    const shown = await sandbox.minisub('schedule', 'show', called)
    expect(shown.stdout).toMatch(
      new RegExp(`^in the cluster +CronWorkflow minisub-${id} in the namespace ${tenant.namespace}$`, 'm'),
    )
    expect(shown.stderr).toBe('the cluster starts its runs, also while no core runs: the next core follows them\n')
    const synced = await sandbox.minisub('schedule', 'sync', called)
    expect(synced).toMatchObject({ code: 0, stdout: `the cluster has ${called} as it is here\n` })

    for (const { name } of await list())
      void sandbox
        .client()
        .deleteSchedule({ schedule: name })
        .catch(() => undefined)
    await delay(100)
    process.kill(sandbox.corePid(), 'SIGKILL')
    for (const { name } of await listed(sandbox)) await sandbox.client().deleteSchedule({ schedule: name })
    await until('none is left', async () => (await added()).length === 0)
  })

  test.each(['allow', 'forbid', 'replace'] as const)('overlap %s is the policy of its object', async (overlap) => {
    await using home = await openScheduleHome(profile)
    await home.write(ONE_STEP)
    await using core = await home.open()
    const { id } = await core.schedules.create({ file: home.file, target: 'lab', cron: NEVER, overlap })
    const { spec } = (await cluster.get(CRON_WORKFLOWS, `minisub-${id}`)) as { spec?: object }
    const concurrencyPolicy = { allow: 'Allow', forbid: 'Forbid', replace: 'Replace' }[overlap]
    expect(spec).toMatchObject({ concurrencyPolicy, startingDeadlineSeconds: 600, schedule: NEVER })
    core.schedules.delete('wine')
    await until('it is gone', async () => !(await isThere(id)))
  })
})

/** What the next core has. */
async function listed(sandbox: CliSandbox): Promise<ScheduleView[]> {
  const { stdout } = await sandbox.minisub('schedule', 'list', '--json')
  return (JSON.parse(stdout) as { schedules: ScheduleView[] }).schedules
}

/** The lab as a target of the sandbox's data folder. */
async function makeLab(sandbox: CliSandbox, profile: ClusterProfile): Promise<void> {
  await sandbox.minisubWith(lab.accessKey, 'secret', 'set', 'lab', 'access')
  await sandbox.minisubWith(lab.secretKey, 'secret', 'set', 'lab', 'secret')
  await sandbox.client().addTarget({ name: 'lab', profile })
}
