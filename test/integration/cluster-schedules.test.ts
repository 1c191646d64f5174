import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cronWorkflowOf } from '#core/cluster/cron-workflow.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { ScheduleView } from '#core/contract/schedules.ts'
import type { ClusterSchedule } from '#core/pipelines/index.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { parseCron } from '#core/schedules/cron.ts'
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
  const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name)

  test('starts runs while no core is there, which the next one follows; then it is changed, paused and deleted', async () => {
    await using home = await openScheduleHome(profile)
    await home.write(SEVERAL_STEPS)
    let created: ScheduleView
    {
      await using core = await home.open()
      await core.engine.secrets.set('words', 'one', 'a secret')
      const draft = { file: home.file, target: 'lab', cron: '* * * * *', timeZone: 'Europe/Berlin' } as const
      created = await core.schedules.create({ ...draft, parameters: { depth: 5 } })
      expect(created.cluster).toMatchObject({ namespace: tenant.namespace, pending: null, trouble: null })
      expect(core.schedules.neededCount()).toBe(0)
    }
    const { id } = created
    const ofIt = { labelSelector: `mini-submarine/schedule=${id}` }
    const ended = `${ofIt.labelSelector},workflows.argoproj.io/completed=true`
    await until('the cluster has played it once', async () => {
      return (await cluster.list(WORKFLOWS, { labelSelector: ended })).length > 0
    })
    await cluster.patch(CRON_WORKFLOWS, `minisub-${id}`, { spec: { suspend: true } })
    const [workflow] = await cluster.list(WORKFLOWS, { labelSelector: ended })
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
    expect(after['spec']).toMatchObject({ suspend: true, concurrencyPolicy: 'Forbid', timezone: 'Europe/Berlin' })

    schedules.resume('wine')
    expect((await schedules.inCluster('wine')).cluster).toMatchObject({ pending: null, trouble: null })
    const resumed = await cluster.get(CRON_WORKFLOWS, `minisub-${id}`)
    expect(resumed['spec']).toMatchObject({ suspend: false })
    schedules.pause('wine')
    await schedules.inCluster('wine')
    expect((await cluster.get(CRON_WORKFLOWS, `minisub-${id}`))['spec']).toMatchObject({ suspend: true })

    const kept = names(await cluster.list(WORKFLOWS, ofIt))
    schedules.delete('wine')
    await until('nothing is left', async () => (await cronWorkflows()).length === 0 && schedules.neededCount() === 0)
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
    const { cluster: state } = await core.schedules.create({ file: home.file, target: 'lab', cron: NEVER })
    expect(state).toMatchObject({ namespace: null, pending: expect.stringContaining('127.0.0.1:9') })
    expect(await cronWorkflows()).toEqual([])
    writeFileSync(kubeconfig, readFileSync(tenant.kubeconfig))
    await until('it is there', () => core.schedules.show('wine').cluster?.pending === null)
    expect(await cronWorkflows()).toHaveLength(1)
    core.schedules.delete('wine')
    await until('it is gone', async () => (await cronWorkflows()).length === 0)
    expect(core.errors).toEqual([])
  })

  test('is there once or not at all whenever the core is killed with -9 while it is made', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('wine', ONE_STEP)
    await makeLab(sandbox, profile)
    process.kill(sandbox.corePid(), 'SIGKILL')
    for (const [index, pause] of [300, 700, 1_100, 1_500, 2_500].entries()) {
      const core = sandbox.start('serve', '--json')
      await new Promise<void>((resolve) => core.child.stdout?.once('data', () => resolve()))
      const flags = ['--cron', NEVER, '--target', 'lab', '--name', `w${index}`]
      const adding = sandbox.start('schedule', 'add', file, ...flags)
      await delay(pause)
      core.child.kill('SIGKILL')
      await Promise.all([core.finished, adding.finished])
    }
    const list = async () => (await sandbox.client().listSchedules()).schedules
    await sandbox.minisub('schedule', 'list')
    await until('all are there', async () => (await list()).every((it) => it.cluster?.pending === null))
    const wanted = (await list()).map(({ id }) => `minisub-${id}`)
    expect(names(await cronWorkflows()).toSorted()).toEqual(wanted.toSorted())
    // The last pause is longer than it takes.
    expect(wanted.length).toBeGreaterThan(0)

    for (const { name } of await list()) expect((await sandbox.minisub('schedule', 'delete', name)).code).toBe(0)
    process.kill(sandbox.corePid(), 'SIGKILL')
    await sandbox.minisub('schedule', 'list')
    await until('none is left', async () => (await cronWorkflows()).length === 0)
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
    await until('it is gone', async () => (await cronWorkflows()).length === 0)
  })

  test('may have every time that is taken here: Argo understands it', async () => {
    const texts = [
      ...['*/7 * * * *', '5-50/10 1,3,5 ? * *', '0 0 29 2 *', '59 23 31 12 7', '0 6 * JAN-mar Mon-Fri', '00 05 01 1 0'],
      ...['0 0 * * 5-7', '0 12 */2 * 1/2', '@hourly', '@DAILY', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'],
    ]
    const wanted = [...texts.map((text) => parseCron(text).text), '61 * * * *']
    const spec = { entrypoint: 'a', templates: [{ name: 'a', suspend: { duration: '0' } }] }
    const metadata = { name: 'a', labels: {}, annotations: {} }
    for (const [index, cron] of wanted.entries()) {
      const zone = ['Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'UTC', 'Etc/GMT+5'][index % 5] ?? ''
      const own = { id: `cron-${index}`, name: 'a', cron, timeZone: zone, overlap: 'allow', version: 'a' } as const
      const schedule = { ...own, startingDeadlineSeconds: 1, paused: true, pushed: {} as ClusterSchedule['pushed'] }
      await cluster.create(
        CRON_WORKFLOWS,
        cronWorkflowOf(schedule, { metadata, spec }, { home: 'a', limits: { version: '3.x' } }),
      )
    }
    // What Argo does not understand it says; it has looked at the others by then.
    const faults = async () =>
      (await cronWorkflows()).filter((it) => JSON.stringify(it['status'] ?? {}).includes('SpecError'))
    const accepted = async () => (await cronWorkflows()).length
    expect(await accepted()).toBe(wanted.length)
    const log = async () => names(await faults())
    await delay(15_000)
    const last = `minisub-cron-${wanted.length - 1}`
    expect([await log(), last]).toEqual([[], last])
    for (const name of names(await cronWorkflows())) await cluster.delete(CRON_WORKFLOWS, name)
  })
})

/** The lab as a target of the sandbox's data folder. */
async function makeLab(sandbox: CliSandbox, profile: ClusterProfile): Promise<void> {
  await sandbox.minisubWith(lab.accessKey, 'secret', 'set', 'lab', 'access')
  await sandbox.minisubWith(lab.secretKey, 'secret', 'set', 'lab', 'secret')
  await sandbox.client().addTarget({ name: 'lab', profile })
}
