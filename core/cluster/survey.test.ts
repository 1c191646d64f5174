import { describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { ClusterImages, InspectedImage } from '#core/environments/index.ts'
import { foresee, type SurveyedRun } from '#core/pipelines/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { artifactRepository } from './artifact-repository.ts'
import { PIPELINE_LABEL } from './compile-labels.ts'
import { documentOf, fileRecord, folderRecord, planOf, PROFILE } from './compile-fixture.ts'
import type { Connection } from './connections.ts'
import { cacheKey } from './keys.ts'
import type { PrepareOptions } from './prepare.ts'
import { pushLabels } from './push-config-map.ts'
import { STORE_LABEL } from './resources.ts'
import { memoryFiles, memoryStore } from './store-fixture.ts'
import { surveyRun } from './survey.ts'

const command = ['true']
const TABLE = fileRecord('table')
const SPEC = {
  environments: { py: { python: '3.11', packages: [] }, own: { image: 'own:1' } },
  steps: {
    make: { command, environment: 'py', outputs: { f: { type: 'file' }, d: { type: 'folder' } } },
    each: {
      command,
      forEach: { i: [0, 1] },
      inputs: { table: { file: 'table.csv' } },
      outputs: { f: { type: 'file' } },
    },
    read: {
      command,
      environment: 'own',
      secrets: { T: { secret: 'api', key: 'token' } },
      inputs: {
        table: { file: 'copy.csv' },
        f: '${{ steps.make.outputs.f }}',
        d: '${{ steps.make.outputs.d }}',
        all: '${{ steps.each.outputs.f }}',
      },
    },
  },
}
const [FILE, FOLDER, ITEM] = [fileRecord('f'), folderRecord({ a: 'aa', 'b/c': 'ccc' }), fileRecord('item')]

type World = {
  /** Outputs that the cache has, by step or by `step item`. */
  readonly hits?: Readonly<Record<string, OutputRecords>>
  /** What the namespace has, by plural and name. */
  readonly objects?: Readonly<Record<string, object>>
  /** What is thrown instead, by plural or by `create`. */
  readonly faults?: Readonly<Record<string, Problem>>
  readonly image?: (name: string) => InspectedImage
  readonly spec?: object
}

const image = (name: string): InspectedImage => ({
  reference: `registry.example/team/${name}@sha256:${'0'.repeat(64)}`,
  runner: 'layer',
  what: `the image of ${name}`,
  action: 'present',
  env: {},
  layers: { total: 2, missing: 0 },
  bytes: 0,
  unread: null,
})

function setUp({ hits = {}, objects = {}, faults = {}, image: inspect = image, spec = SPEC }: World = {}) {
  const [store, remote, made] = [memoryStore(), memoryFiles(), new Array<string>()]
  const plan = planOf(documentOf(spec))
  const files = { each: { table: TABLE }, read: { table: TABLE } }
  const fail = (...names: string[]): void => {
    for (const name of names) {
      const fault = faults[name]
      if (fault !== undefined) throw fault
    }
  }
  const cluster = {
    namespace: 'ml',
    async get({ plural }: { plural: string }, name: string) {
      fail(plural)
      const found =
        name.startsWith('minisub-pushed-') && plural === 'secrets'
          ? objects['pushed secret']
          : objects[`${plural} ${name}`]
      if (found === undefined) throw new Problem('not_found', `no ${name}`)
      return await Promise.resolve({ metadata: { name }, ...found })
    },
    async create(_: unknown, object: { kind: string }, { dryRun = false }: { dryRun?: boolean } = {}) {
      if (!dryRun) made.push(object.kind)
      fail('create')
      return await Promise.resolve(object)
    },
  }
  const nameOf = (lock: unknown): string => (lock === null ? 'default' : (lock as { name: string }).name)
  const images = {
    inspect: async (lock: unknown) => (fail(`image ${nameOf(lock)}`), await Promise.resolve(inspect(nameOf(lock)))),
    predict: async (lock: unknown) => (fail(`name ${nameOf(lock)}`), await Promise.resolve(inspect(nameOf(lock)))),
    inspectRunner: () => Promise.resolve(image('runner')),
    predictRunner: () => Promise.resolve('registry.example/team/runner:1'),
  }
  const locks = { py: { lock: { name: 'py' } }, own: { lock: { name: 'own' } } }
  const learned: string[] = []
  const run = {
    digest: plan.plan.digest,
    bound: plan,
    frozen: { facts: { files }, environments: locks, parallelism: null, cache: true, stores: ['s', 'other'] },
    snapshot: { digest: 'c'.repeat(64), files: [{ path: 'a', size: 5, executable: false, sha256: 'a' }], links: [] },
    remote,
    learn: (entries: readonly { key: string }[]) => void learned.push(...entries.map(({ key }) => key)),
    foresee: () =>
      foresee(plan, {
        now: () => 1,
        facts: { environments: {}, code: {}, files },
        lookUp({ step, item }) {
          const { name } = step.bound.planned
          const outputs = hits[item === null ? name : `${name} ${item}`]
          return outputs === undefined ? 'none' : { outputs, from: 'r0', resumed: false }
        },
      }),
  } as unknown as SurveyedRun
  const options: PrepareOptions = {
    connection: { cluster, store } as unknown as Connection,
    profile: PROFILE,
    images: images as unknown as ClusterImages,
    blobs: { has: () => true, pathOf: (it: string) => `/blobs/${it}` } as unknown as Blobs,
    secretValues: { read: () => Promise.resolve('v') },
    haveImageVolumes: () => Promise.resolve(false),
    home: '/home',
    homeId: 'h',
    storeId: 's',
    tracks: false,
  }
  return { survey: () => surveyRun(run, options, {}), store, made, remote, learned }
}

const CACHED = { make: { f: FILE, d: FOLDER }, 'each 1': { f: ITEM } }

describe('uploads', () => {
  test('are named after what they are, and each object is counted once', async () => {
    const { survey, store } = setUp({ hits: CACHED })
    const { workflow } = await survey()
    const uploads = workflow?.uploads.value ?? []
    const told = uploads.map(
      ({ kind, name, files, bytes }) => `${kind} ${name}: ${files} of ${kind === 'step' ? '' : bytes}`,
    )
    expect(told.toSorted()).toEqual([
      'code code: 1 of 2071',
      'input each.table, read.table: 1 of 5',
      'output each.f: 1 of 4',
      'output each: 1 of 125',
      'output make.d: 2 of 5',
      'output make.f: 1 of 1',
      'output make: 1 of 496',
      'step each: 1 of ',
      'step read: 1 of ',
    ])
    expect(uploads.every(({ bytes, missingBytes }) => bytes === missingBytes)).toBe(true)
    expect(store.objects.size).toBe(0)
  })

  test('lack what the bucket has not, file by file', async () => {
    const { survey, store } = setUp({ hits: CACHED })
    store.objects.set(`trees/${FOLDER.sha256}/a`, 'aa')
    store.objects.set(`code/${'c'.repeat(64)}.tar.gz`, 'of whatever size')
    store.objects.set(`blobs/${TABLE.sha256}`, 'of another size')
    const uploads = (await survey()).workflow?.uploads.value ?? []
    const missing = new Map(uploads.map(({ name, missingBytes }) => [name, missingBytes]))
    expect(['make.d', 'code', 'each.table, read.table'].map((name) => missing.get(name))).toEqual([3, 0, 5])
  })

  test('are those of the whole pipeline for a template', async () => {
    const { template, workflow } = await setUp({ hits: CACHED }).survey()
    const of = (kind: string): string[] =>
      (template.uploads.value ?? []).flatMap((it) => (it.kind === kind ? [it.name] : [])).toSorted()
    expect([of('step'), of('output')]).toEqual([['each', 'make', 'read'], []])
    expect([...(template.steps.keys() ?? [])].toSorted()).toEqual(['f-each', 's-each', 's-make', 's-read'])
    expect(workflow?.steps.get('s-make')).toBeUndefined()
  })

  test('are none of a run of which all is cached', async () => {
    const hits = { make: { f: FILE }, each: { f: ITEM } }
    const spec = { ...SPEC, steps: { make: SPEC.steps.make } }
    const { workflow, dryRun, template } = await setUp({ hits: { make: { ...hits.make, d: FOLDER } }, spec }).survey()
    expect([workflow, dryRun, template.problem]).toEqual([null, null, null])
  })
})

describe('what others have computed', () => {
  test('is looked for in the bucket', async () => {
    const { survey, store, learned } = setUp()
    await survey()
    const asked = store.asked.filter((it) => it.startsWith('read cache/'))
    expect(asked.length).toBeGreaterThan(0)
    const [first = ''] = asked
    const key = first.slice('read cache/'.length, -'.json'.length)
    store.objects.set(
      cacheKey(key),
      JSON.stringify({ version: 1, key, run: 'r0', consumed: {}, outputs: {}, files: [] }),
    )
    await survey()
    expect(learned).toEqual([key])
  })
})

describe('objects of the namespace', () => {
  const { configMap } = artifactRepository(PROFILE)
  const v = Buffer.from('v').toString('base64')
  const actions = async (world: World): Promise<string[]> =>
    (await setUp(world).survey()).objects.map(({ kind, name, plan }) => {
      const shown = name.startsWith('<run>') ? `${kind} of the run` : kind
      return `${plan.value?.action ?? plan.problem?.code ?? ''} ${shown}`
    })
  const ofRun = ['create Workflow of the run', 'create Secret of the run']
  const ofPush = ['create WorkflowTemplate', 'create Secret', 'create ConfigMap', 'create object', 'create object']

  test('are made where they are not there, and nothing is made by the survey', async () => {
    const { survey, made } = setUp()
    expect((await survey()).objects.map(({ plan }) => plan.value?.action)).toEqual(Array(9).fill('create'))
    expect(made).toEqual([])
  })

  test('stay where they are, and are changed where they differ', async () => {
    const there = {
      [`configmaps ${configMap}`]: {},
      [`secrets ${configMap}`]: { data: { accessKey: v, secretKey: v } },
      'secrets api': { data: { token: v } },
    }
    const ofOthers = ['leave ConfigMap', 'leave Secret', 'create Workflow of the run']
    expect(await actions({ objects: there })).toEqual([...ofOthers, ...ofPush.filter((it) => it !== 'create Secret')])
    const changed = { ...there, [`secrets ${configMap}`]: { data: { accessKey: v } } }
    expect((await actions({ objects: changed })).slice(0, 2)).toEqual(['leave ConfigMap', 'change Secret'])
  })

  const pushed = async (change: object, labels: object = {}) => {
    const { object } = (await setUp().survey()).template
    if (object === null) throw new Error('it was not compiled')
    const own = {
      ...object.metadata.labels,
      ...pushLabels(object.metadata.labels[PIPELINE_LABEL] ?? '', { storeId: 's' }),
    }
    const metadata = { ...object.metadata, labels: { ...own, ...labels }, generation: 2 }
    const there = { [`workflowtemplates ${object.metadata.name}`]: { ...object, metadata, ...change } }
    return (await actions({ objects: there })).find((it) => it.endsWith('WorkflowTemplate'))
  }

  test.each([
    ['as it was pushed', {}, {}, 'leave'],
    ['that somebody has changed with kubectl', { spec: { entrypoint: 'other' } }, {}, 'conflict'],
    ['of another bucket', {}, { [STORE_LABEL]: 'other' }, 'conflict'],
  ])('say what becomes of a template %s', async (_, change, labels, action) => {
    expect(await pushed(change, labels)).toBe(`${action} WorkflowTemplate`)
  })

  test.each([
    ['the values that are set here', v, 'leave'],
    ['others', Buffer.from('other').toString('base64'), 'change'],
  ])('say what becomes of the Secret of a push that holds %s', async (_, value, action) => {
    const found = await actions({ objects: { 'pushed secret': { data: { s0: value } } } })
    expect(found).toContain(`${action} Secret`)
  })

  test('that nobody here may look at say so, one by one', async () => {
    const faults = { configmaps: new Problem('cluster_forbidden', 'no right') }
    const repository = ['cluster_forbidden ConfigMap', 'create Secret']
    const kept = ['cluster_forbidden ConfigMap', 'create object', 'cluster_forbidden object']
    expect(await actions({ faults })).toEqual([...repository, ...ofRun, ...ofPush.slice(0, 2), ...kept])
  })
})

describe('images', () => {
  test('are told by environment with the steps that use them, and that of the runner where pods copy it', async () => {
    const copied = (name: string): InspectedImage =>
      name === 'own' ? { ...image(name), runner: 'copy', action: 'as_is', layers: null } : image(name)
    const { images, template } = await setUp({ image: copied }).survey()
    const told = images.map(({ environment, image: it }) => [environment, it.value?.action, it.value?.steps])
    expect(told).toEqual([
      ['py', 'present', ['make']],
      ['', 'present', ['each']],
      ['own', 'as_is', ['read']],
      [null, 'present', ['read']],
    ])
    expect(template.isPinned).toBe(true)
    expect(JSON.stringify(template.object)).toContain(image('runner').reference)
  })

  test('that are not pushed yet have a name that may change', async () => {
    const tagged = (name: string): InspectedImage => ({ ...image(name), reference: `r/${name}:1`, action: 'push' })
    const { template, workflow } = await setUp({ image: tagged }).survey()
    expect([template.isPinned, workflow?.isPinned, template.problem]).toEqual([false, false, null])
  })

  test('that cannot be had are told, and nothing is compiled of what has no name', async () => {
    const fault = new Problem('image_platform', 'for another platform')
    const { images, workflow, template, dryRun, secrets } = await setUp({
      faults: { 'image py': fault, 'name py': fault },
      hits: { make: { f: FILE, d: FOLDER } },
    }).survey()
    expect(images.map(({ image: it }) => it.problem)).toEqual([fault, undefined, undefined])
    expect([template.object, template.problem]).toEqual([null, fault])
    expect([workflow?.problem, dryRun?.value, secrets['api/token']?.value]).toEqual([null, true, 'here'])
  })
})

describe('a part that fails', () => {
  test.each([
    ['the secrets', { secrets: new Problem('cluster_unreachable', 'away') }],
    ['Argo and the dry run', { create: new Problem('cluster_unreachable', 'away') }],
  ])('leaves the others as they are: %s', async (_, faults) => {
    const survey = await setUp({ faults }).survey()
    const problems = [survey.secrets['api/token']?.problem?.code, survey.argo.problem?.code]
    expect(problems.filter((it) => it !== undefined)).toEqual(['cluster_unreachable'])
    expect([survey.cache.value, survey.template.problem, survey.images.length]).toEqual([true, null, 3])
    expect(survey.template.uploads.value).toBeDefined()
  })

  test('for a reason that is no Problem is a bug, and thrown', async () => {
    const bug = new TypeError('a bug')
    await expect(setUp({ faults: { secrets: bug as unknown as Problem } }).survey()).rejects.toBe(bug)
  })
})
