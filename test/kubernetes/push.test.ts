import { basename } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { PushRecord } from '#core/contract/pushed.ts'
import { openEngine, problemOf, sh, statusesOf, until, type Engine } from '#test/support/engine.ts'
import { openLab, WORKFLOWS } from '#test/support/lab-target.ts'
import {
  CONFIG_MAPS,
  CRON_WORKFLOWS,
  echo,
  keysBelow,
  labStore,
  objectsOf,
  push,
  remove,
  TEMPLATES,
  undo,
  versions,
} from '#test/support/pushed-things.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'

const make = { ...sh('cat make.txt > "$MINISUB_OUTPUTS/f"'), files: ['make.txt'], outputs: { f: { type: 'file' } } }
const read = {
  ...sh('cat read.txt "$MINISUB_INPUTS/f"'),
  files: ['read.txt'],
  inputs: { f: '${{ steps.make.outputs.f }}' },
}
const other = { ...sh('cat other.txt'), files: ['other.txt'] }
/** A pipeline whose pushes are removed at the end of the test. */
async function pipelineOf(
  engine: Engine,
  name: string,
  spec: object = { steps: { make, read, other } },
): Promise<string> {
  onTestFinished(async () => void (await remove(engine, name)))
  for (const file of ['make', 'read', 'other']) await engine.write(`${file}.txt`, `${name} ${file}\n`)
  return engine.pipeline(spec, name)
}

async function recordOf(engine: Engine, pipeline: string, template: string): Promise<PushRecord> {
  await using store = labStore(basename(engine.root))
  return JSON.parse(Buffer.from(await store.read(`pushed/${pipeline}/${template}.json`)).toString())
}

/** Names of templates in the cluster for a pipeline. */
async function templatesOf(pipeline: string): Promise<string[]> {
  const all = await objectsOf(pipeline)
  return all.filter(({ kind }) => kind === 'WorkflowTemplate').map(({ metadata }) => metadata.name)
}

describeWithKubernetes('a pushed pipeline', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'lab' })))
  afterAll(() => engine[Symbol.asyncDispose]())
  const keys = async (prefix: string): Promise<string[]> => {
    await using store = labStore(basename(engine.root))
    return await keysBelow(store, prefix)
  }

  test('is there once: pushed again, nothing is sent, made or changed', async () => {
    const file = await pipelineOf(engine, 'push-again')
    const first = await push(engine, file)
    expect(first).toMatchObject({ changed: true, changes: [], version: { pushedBy: 'ada@laptop', isCurrent: true } })
    expect(first.bytes).toBeGreaterThan(0)
    const [before, keysBefore] = [await objectsOf('push-again'), await keys('')]
    const again = await push(engine, file)
    expect(again).toEqual({ ...first, changed: false, bytes: 0, imageBytes: 0, objects: again.objects })
    expect(again.objects.map(({ isNew }) => isNew)).toEqual([false, false])
    expect([await objectsOf('push-again'), await keys('')]).toEqual([before, keysBefore])
    expect((await engine.service.pushed('lab')).versions).toContainEqual(first.version)
    const [template] = before.filter(({ kind }) => kind === 'WorkflowTemplate')
    expect(template?.metadata.annotations).toMatchObject({
      'mini-submarine/pipeline-digest': first.version.pipelineDigest,
      'mini-submarine/pushed-by': 'ada@laptop',
    })
  })

  test('of which one line was edited sends the code alone, and a run begins at the step that uses it', async () => {
    const file = await pipelineOf(engine, 'push-edited')
    await push(engine, file)
    expect(statusesOf(await engine.run(file))).toEqual({ make: 'succeeded', read: 'succeeded', other: 'succeeded' })
    expect(await push(engine, file)).toMatchObject({ changed: false, bytes: 0 })
    expect(statusesOf(await engine.run(file))).toEqual({ make: 'cached', read: 'cached', other: 'cached' })
    const before = new Set(await keys(''))
    await engine.write('make.txt', 'another line\n')
    const edited = await push(engine, file)
    const isNew = (await keys('')).filter((key) => !before.has(key)).map((key) => key.split('/')[0])
    expect([isNew, edited.imageBytes]).toEqual([['code', 'pushed'], 0])
    expect(edited.changes).toEqual([
      { part: 'code', name: 'make.txt', change: 'changed', before: expect.any(String), after: expect.any(String) },
    ])
    expect(statusesOf(await engine.run(file))).toEqual({ make: 'succeeded', read: 'succeeded', other: 'cached' })
    expect(await versions(engine, 'push-edited')).toHaveLength(2)
  })

  test('is started by whoever makes a Workflow of its template', async () => {
    const own = { secrets: { TOKEN: { secret: 'push', key: 'token' } } }
    await engine.secrets.set('push', 'token', 'carried')
    const steps = {
      make,
      read: { ...read, ...own, command: ['sh', '-c', 'cat "$MINISUB_INPUTS/f"; test "$TOKEN" = carried'] },
    }
    const file = await pipelineOf(engine, 'push-by-hand', { steps })
    const { version } = await push(engine, file)
    await using cluster = openLab()
    const { metadata } = await cluster.create(WORKFLOWS, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { generateName: 'push-by-hand-' },
      spec: { workflowTemplateRef: { name: version.template } },
    })
    onTestFinished(async () => {
      await using lab = openLab()
      await lab.delete(WORKFLOWS, metadata.name)
    })
    const there = () => cluster.get(WORKFLOWS, metadata.name)
    expect(await problemOf(remove(engine, 'push-by-hand'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`the Workflow ${metadata.name}, which is not over`) as unknown,
    })
    const phase = async (): Promise<unknown> => ((await there())['status'] as { phase?: unknown } | undefined)?.phase
    await until('it is over', async () => /^(Succeeded|Failed|Error)$/.test(String(await phase())))
    const workflow = await there()
    expect(workflow['status']).toMatchObject({ phase: 'Succeeded' })
    expect(workflow.metadata.labels).toMatchObject({ 'mini-submarine/pipeline': 'push-by-hand' })
    expect(workflow.metadata.annotations).toMatchObject({ 'mini-submarine/pipeline-digest': version.pipelineDigest })
    expect(await keys(`runs/${metadata.name}/`)).toContain(`runs/${metadata.name}/make/f`)
  })

  test('goes back a version at a time, and drops what was undone when something else is pushed', async () => {
    const file = await pipelineOf(engine, 'push-undone', echo)
    const all = []
    for (const n of [1, 2, 3]) all.push((await push(engine, file, { n })).version.template)
    const [one, two, three] = all
    expect(await versions(engine, 'push-undone')).toEqual([`${three}*`, two, one])
    expect(await undo(engine, 'push-undone')).toMatchObject({
      version: { template: two, isCurrent: true },
      undone: { template: three, isCurrent: false },
    })
    expect(await versions(engine, 'push-undone')).toEqual([three, `${two}*`, one])
    await undo(engine, 'push-undone')
    expect(await problemOf(undo(engine, 'push-undone'))).toMatchObject({ code: 'conflict' })
    const stale = { target: 'lab', pipeline: 'push-undone', from: three }
    expect((await problemOf(engine.service.undoPush(stale))).message).toContain(`is ${one}, no longer ${three}`)
    expect(await versions(engine, 'push-undone')).toEqual([three, two, `${one}*`])
    const { template } = (await push(engine, file, { n: 4 })).version
    expect(await versions(engine, 'push-undone')).toEqual([`${template}*`, one])
    expect(new Set(await templatesOf('push-undone'))).toEqual(new Set([one, template]))
    // What lies in the bucket stays until all of it is removed.
    const records = [...all, template].map((it) => `pushed/push-undone/${it}.json`)
    expect((await keys('pushed/push-undone/')).filter((key) => key.endsWith('.json'))).toEqual(records.toSorted())
    await remove(engine, 'push-undone')
    expect(await keys('pushed/push-undone/')).toEqual([])
  })

  test('is refused where it is not what was planned, and goes back over what somebody has deleted', async () => {
    const file = await pipelineOf(engine, 'push-planned', echo)
    const [one, two, three] = [
      (await push(engine, file, { n: 1 })).version.template,
      (await push(engine, file, { n: 2 })).version.template,
      (await push(engine, file, { n: 3 })).version.template,
    ]
    const asked = { file, target: 'lab', parameters: { n: 4 }, parameterTexts: {} }
    const unplanned = engine.service.push({ ...asked, expected: three }, 'ada@laptop', {})
    expect(await problemOf(unplanned)).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('plan again'),
    })
    expect(await engine.service.push({ ...asked, parameters: { n: 3 }, expected: three }, 'ada', {})).toMatchObject({
      changed: false,
    })
    // What a plan tells is what a push makes: else nothing planned could be pushed.
    const { cluster: planned } = await engine.service.survey({ file, target: 'lab', parameters: { n: 3 } }, {})
    expect([planned.template.isPinned, planned.template.object?.metadata.name]).toEqual([true, three])
    await using cluster = openLab()
    for (const template of [two, three]) await cluster.delete(TEMPLATES, template)
    const { versions: listed } = await engine.service.pushed('lab')
    const shown = listed.filter(({ pipeline }) => pipeline === 'push-planned')
    expect(shown.map(({ template, isMissing }) => [template, isMissing])).toEqual([
      [three, true],
      [two, true],
      [one, undefined],
    ])
    expect(await undo(engine, 'push-planned')).toMatchObject({
      version: { template: one },
      undone: { template: three },
    })
  })

  test('has ten versions at most, and keeps what a CronWorkflow starts', async () => {
    const file = await pipelineOf(engine, 'push-many', echo)
    const { template: first } = (await push(engine, file, { n: 1 })).version
    await using cluster = openLab()
    const cron = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'CronWorkflow',
      metadata: { name: 'push-many-by-hand' },
      spec: { schedule: '0 0 1 1 *', suspend: true, workflowSpec: { workflowTemplateRef: { name: first } } },
    }
    await cluster.create(CRON_WORKFLOWS, cron)
    const uncron = () => cluster.delete(CRON_WORKFLOWS, cron.metadata.name)
    try {
      for (let n = 2; n <= 12; n += 1) await push(engine, file, { n })
      expect(await versions(engine, 'push-many')).toHaveLength(10)
      const there = await templatesOf('push-many')
      expect([there.length, there.includes(first)]).toEqual([11, true])
      expect(await problemOf(remove(engine, 'push-many'))).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('the CronWorkflow push-many-by-hand') as unknown,
      })
    } finally {
      await uncron()
    }
    await push(engine, file, { n: 13 })
    expect(await templatesOf('push-many')).toHaveLength(10)
  })

  test('is removed with all that it alone needs, once and again', async () => {
    await engine.write('shared.csv', 'shared\n')
    await engine.write('folder/own.csv', 'own\n')
    await engine.secrets.set('push', 'token', 'carried')
    const table = { table: { file: 'shared.csv' } }
    const steps = {
      a: { ...sh('cat "$MINISUB_INPUTS/table"'), inputs: { ...table, own: { folder: 'folder' } } },
      b: { ...sh('true'), secrets: { TOKEN: { secret: 'push', key: 'token' } } },
    }
    const file = await pipelineOf(engine, 'push-gone', { steps })
    const sharing = await pipelineOf(engine, 'push-stays', { steps: { c: { ...sh('true'), inputs: table } } })
    await push(engine, sharing)
    const { version } = await push(engine, file)
    const record = await recordOf(engine, 'push-gone', version.template)
    const kinds = (await objectsOf('push-gone')).map(({ kind }) => kind)
    expect(kinds).toEqual(['WorkflowTemplate', 'ConfigMap', 'Secret'])
    const removed = await remove(engine, 'push-gone')
    const stays = await recordOf(engine, 'push-stays', (await versions(engine, 'push-stays'))[0]?.slice(0, -1) ?? '')
    const shared = record.keys.filter((key) => stays.keys.includes(key))
    expect(removed).toMatchObject({ templates: [version.template], kept: shared.length })
    expect(removed.images).toEqual([...new Set(Object.values(record.images))])
    expect(await objectsOf('push-gone')).toEqual([])
    expect(await keys('pushed/push-gone/')).toEqual([])
    expect((await keys('')).filter((key) => record.keys.some((it) => key.startsWith(it)))).toEqual(shared.toSorted())
    expect(await versions(engine, 'push-stays')).toHaveLength(1)
    expect(await remove(engine, 'push-gone')).toEqual({
      pipeline: 'push-gone',
      templates: [],
      objects: 0,
      kept: 0,
      others: [],
      images: [],
    })
    expect(await problemOf(undo(engine, 'push-gone'))).toMatchObject({ code: 'not_found' })
  })

  test('is refused where others have changed what it rests on, and changes nothing then', async () => {
    const file = await pipelineOf(engine, 'push-foreign', echo)
    const { version } = await push(engine, file, { n: 1 })
    await using cluster = openLab()
    const [map] = (await objectsOf('push-foreign')).filter(({ kind }) => kind === 'ConfigMap')
    const name = map?.metadata.name ?? ''
    const history = (map as { data?: Record<string, string> } | undefined)?.data?.['history']
    const refusals = async (): Promise<string[]> => {
      const all = [push(engine, file, { n: 2 }), undo(engine, 'push-foreign'), remove(engine, 'push-foreign')]
      return Promise.all(all.map(async (it) => (await problemOf(it)).message))
    }
    await cluster.patch(CONFIG_MAPS, name, { data: { history: '{"version":1,"entries":[]' } })
    const before = await keys('')
    const { versions: readable, faults } = await engine.service.pushed('lab')
    expect(readable.filter(({ pipeline }) => pipeline === 'push-foreign')).toEqual([])
    expect(faults.map(({ pipeline, problem }) => [pipeline, problem.code])).toEqual([['push-foreign', 'conflict']])
    expect(await refusals()).toEqual(
      Array(3).fill(expect.stringMatching(/^the ConfigMap \S+ holds no history of pushes/)),
    )
    expect([await templatesOf('push-foreign'), await keys('')]).toEqual([[version.template], before])
    await cluster.patch(CONFIG_MAPS, name, { data: { history } })
    await cluster.patch(TEMPLATES, version.template, { spec: { parallelism: 7 } })
    expect((await problemOf(push(engine, file, { n: 1 }))).message).toContain('that somebody has changed')
    await cluster.patch(TEMPLATES, version.template, { spec: { parallelism: null } })
    expect(await push(engine, file, { n: 1 })).toMatchObject({ changed: false })
    const labels = { 'mini-submarine/store': 'another' }
    await cluster.patch(TEMPLATES, version.template, { metadata: { labels } })
    expect((await problemOf(push(engine, file, { n: 1 }))).message).toContain('that no push to this target has made')
    await cluster.delete(TEMPLATES, version.template)
    expect(await push(engine, file, { n: 1 })).toMatchObject({ changed: true, version: { template: version.template } })
  })

  test('is refused for targets of this machine', async () => {
    const asked = {
      file: await engine.pipeline(echo, 'push-here'),
      target: 'process',
      parameters: {},
      parameterTexts: {},
    }
    expect(await problemOf(engine.service.push(asked, 'ada', {}))).toMatchObject({ code: 'not_supported' })
    expect(await problemOf(engine.service.pushed('process'))).toMatchObject({ code: 'not_supported' })
  })
})
