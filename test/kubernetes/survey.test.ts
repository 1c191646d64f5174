import { readdir, readFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlanUpload } from '#core/contract/plan.ts'
import { openObjectStore } from '#core/objects/index.ts'
import type { PipelineSurvey } from '#core/pipelines/index.ts'
import { openEngine, sh, statusesOf, type Engine } from '#test/support/engine.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import { PREPARE_AND_TRAIN } from '#test/support/prepare-and-train.ts'

/** Keys below the part of the bucket that a test has for itself, and their sizes. */
async function bucketOf(engine: Engine): Promise<Map<string, number>> {
  await using store = openObjectStore({
    endpoint: lab.s3,
    bucket: lab.bucket,
    prefix: `tests/${basename(engine.root)}/`,
    region: 'us-east-1',
    pathStyle: true,
    credentials: () => Promise.resolve({ accessKey: lab.accessKey, secretKey: lab.secretKey }),
  })
  const found = new Map<string, number>()
  for await (const { key, size } of store.list('')) found.set(key, size)
  return found
}

const surveyOf = (engine: Engine, file: string): Promise<PipelineSurvey> =>
  engine.service.survey({ file, target: 'lab' }, {})

function statesOf({ cluster }: PipelineSurvey): Record<string, string> {
  return Object.fromEntries(cluster.state.steps.map(({ bound, status }) => [bound.planned.name, status]))
}

function uploadsOf({ cluster }: PipelineSurvey): readonly PlanUpload[] {
  if (cluster.workflow === null) return []
  const { uploads } = cluster.workflow
  if (uploads.value === undefined) throw uploads.problem
  return uploads.value
}

const missingIn = (uploads: readonly PlanUpload[]): number => uploads.reduce((sum, it) => sum + it.missingBytes, 0)

/** Objects that are not those of one run, nor what steps left for others. */
function sharedIn(bucket: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...bucket].filter(([key]) => !/^(runs|cache)\//.test(key)))
}

/** What a push of something new makes, beside what leads Argo to the bucket. */
const CREATED = ['create ConfigMap', 'create WorkflowTemplate', 'create object', 'create object']

function actionsOf({ cluster }: PipelineSurvey): string[] {
  return cluster.objects.map(({ kind, plan }) => `${plan.value?.action ?? plan.problem?.code ?? ''} ${kind}`).toSorted()
}

/** Every file of the project, by its path. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  const entries = names.map(async (name) => [name, await readFile(`${folder}/${name}`, 'utf8')] as const)
  return Object.fromEntries(await Promise.all(entries))
}

const SPEC = {
  steps: {
    ...PREPARE_AND_TRAIN,
    choose: {
      ...sh('cat "$MINISUB_INPUTS"/models/*'),
      files: ['none'],
      inputs: { models: '${{ steps.train.outputs.model }}' },
    },
  },
}

describeWithKubernetes('a survey of a pipeline for a cluster', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'lab' })))
  afterAll(() => engine[Symbol.asyncDispose]())

  describe('of the same pipeline, again and again', () => {
    let file = ''
    /** The bucket after the first run. */
    let there = new Map<string, number>()
    beforeAll(async () => {
      await engine.write('prepare.sh', 'sort\n')
      await engine.write('train.sh', 'echo "depth $1"; wc -l\n')
      await engine.write('table.csv', 'b,1\na,2\n')
      file = await engine.pipeline(SPEC, 'surveyed')
    })

    test('says at first what would be sent, to the byte, and sends nothing', async () => {
      const before = await contentOf(engine.folder)
      const survey = await surveyOf(engine, file)
      expect(statesOf(survey)).toEqual({ prepare: 'pending', train: 'pending', choose: 'pending' })
      expect(survey.cluster.images.map(({ image }) => image.problem)).toEqual([undefined])
      expect([survey.cluster.dryRun?.value, survey.cluster.workflow?.problem]).toEqual([true, null])
      expect(actionsOf(survey)).toEqual([...CREATED, 'create ConfigMap', 'create Secret', 'create Workflow'].toSorted())
      const wanted = uploadsOf(survey)
      const all = ['code code', 'input prepare.table', 'step choose', 'step prepare', 'step train']
      expect(wanted.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual(all)
      expect(wanted.every(({ bytes, missingBytes }) => bytes > 0 && bytes === missingBytes)).toBe(true)
      expect(await contentOf(engine.folder)).toEqual(before)
      expect([engine.service.list({ limit: 10 }), (await bucketOf(engine)).size]).toEqual([[], 0])
      expect((await engine.run(file)).status).toBe('succeeded')
      there = await bucketOf(engine)
      expect(sharedIn(there)).toEqual(Object.fromEntries(wanted.map(({ key, bytes }) => [key, bytes])))
    })

    test('says after a run that nothing would be sent, and nothing made but the template', async () => {
      const { cluster, ...survey } = await surveyOf(engine, file)
      console.info(`a survey took ${cluster.seconds} s`)
      expect(cluster.seconds).toBeLessThan(3)
      expect(statesOf({ ...survey, cluster })).toEqual({ prepare: 'cached', train: 'cached', choose: 'cached' })
      expect([cluster.workflow, cluster.dryRun, cluster.cache.value]).toEqual([null, null, true])
      expect(missingIn(cluster.template.uploads.value ?? [])).toBe(0)
      expect(cluster.images.map(({ image }) => image.value)).toMatchObject([
        { action: 'present', bytes: 0, layers: { missing: 0 }, steps: ['prepare', 'train', 'choose'] },
      ])
      expect(cluster.template.isPinned).toBe(true)
      expect(actionsOf({ ...survey, cluster })).toEqual([...CREATED, 'leave ConfigMap', 'leave Secret'].toSorted())
    })

    test('says that a changed line of code makes its step run and those behind it, and sends no image', async () => {
      await engine.write('train.sh', 'echo "depth $1!"; wc -l\n')
      const survey = await surveyOf(engine, file)
      expect(statesOf(survey)).toEqual({ prepare: 'cached', train: 'pending', choose: 'pending' })
      expect(survey.cluster.images.map(({ image }) => image.value?.action)).toEqual(['present'])
      const changed = uploadsOf(survey).filter(({ missingBytes }) => missingBytes > 0)
      expect(changed.map(({ kind, name }) => `${kind} ${name}`)).toContain('code code')
      const view = await engine.run(file)
      expect(statusesOf(view)).toMatchObject({ prepare: 'cached', 'train[0]': 'succeeded', choose: 'succeeded' })
      const fresh = [...(await bucketOf(engine))].filter(([key]) => !there.has(key))
      const shared = changed.filter(({ key }) => !key.startsWith('runs/'))
      expect(sharedIn(new Map(fresh))).toEqual(Object.fromEntries(shared.map(({ key, bytes }) => [key, bytes])))
    })
  })

  test('finds the WorkflowTemplate that was pushed', async () => {
    const file = await engine.pipeline({ steps: { a: sh('true') } }, `pushed-${process.pid}`)
    const request = { file, target: 'lab', parameters: {}, parameterTexts: {} }
    const { version } = await engine.service.push(request, 'ada@laptop', {})
    try {
      const { cluster } = await surveyOf(engine, file)
      const found = cluster.objects.find(({ kind }) => kind === 'WorkflowTemplate')
      expect(found).toMatchObject({ name: version.template, plan: { value: { action: 'leave' } } })
      const ofPush = cluster.objects.filter(({ name }) => !name.startsWith('<run>'))
      expect(ofPush.map(({ plan }) => plan.value?.action)).toEqual(Array(6).fill('leave'))
    } finally {
      await engine.service.removePush({ target: 'lab', pipeline: version.pipeline, leaving: [] }, {})
    }
  })

  test('says what a run takes along, and what Argo would not take', async () => {
    await engine.secrets.set('survey', 'token', 'value-here')
    const secrets = { T: { secret: 'survey', key: 'token' } }
    const file = await engine.pipeline({ steps: { a: { ...sh('true'), secrets } } }, 'carries')
    const survey = await surveyOf(engine, file)
    expect(survey.cluster.secrets['survey/token']?.value).toBe('here')
    expect(survey.cluster.objects.find(({ name }) => name === '<run>-secrets')?.plan.value).toMatchObject({
      action: 'create',
      because: expect.stringContaining('survey/token') as string,
    })
    const items = Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(1_000))
    const big = await engine.pipeline(
      { steps: { a: { ...sh('true', '${{ each.i }}'), forEach: { i: items } } } },
      'big',
    )
    const { workflow } = (await surveyOf(engine, big)).cluster
    expect(workflow?.problem).toMatchObject({ code: 'workflow_too_large' })
    const bytes = workflow?.meter.find(({ what }) => what === 'bytes')
    expect(bytes?.used).toBeGreaterThan(bytes?.cap ?? Infinity)
  })

  test('has all the other parts, in time, where the store does not answer', async () => {
    await using gate = await openGate(new URL(lab.s3))
    const profile = labProfile(`away-${process.pid}`)
    const { artifacts } = profile
    const away = { ...profile, artifacts: { ...artifacts, endpoint: gate.address, clusterEndpoint: lab.s3 } }
    await using own = await openEngine({ target: 'lab', profile: away })
    try {
      const file = await own.pipeline({ steps: { a: sh('true') } })
      const { cluster } = await surveyOf(own, file)
      console.info(`a survey with a store that does not answer took ${cluster.seconds} s`)
      expect(cluster.seconds).toBeLessThan(6)
      expect(cluster.cache.problem?.code).toMatch(/^(request_timeout|store_unreachable)$/)
      expect(cluster.template.uploads.problem?.code).toMatch(/^(request_timeout|store_unreachable)$/)
      expect(cluster.state.steps.map(({ status }) => status)).toEqual(['pending'])
      expect(cluster.dryRun).toMatchObject({ value: true })
      expect(cluster.images[0]?.image.problem).toBeUndefined()
      const inNamespace = cluster.objects.filter(({ kind }) => kind !== 'object')
      expect(inNamespace.flatMap(({ plan }) => plan.problem ?? [])).toEqual([])
    } finally {
      gate.open()
    }
  })
})

type Gate = AsyncDisposable & { readonly address: string; open(): void }

/** A way to a server that takes connections and says nothing on them, until it is opened. */
async function openGate({ hostname, port }: URL): Promise<Gate> {
  let isOpen = false
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()))
    if (!isOpen) return
    const there = connect({ host: hostname, port: Number(port) }).on('error', () => socket.destroy())
    sockets.add(there)
    socket.pipe(there).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: own } = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    address: `http://127.0.0.1:${own}`,
    open() {
      isOpen = true
      cut()
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
