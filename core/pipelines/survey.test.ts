import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { openEngine, type Engine } from '#core/engine.ts'
import { removeTree } from '#core/store/index.ts'
import { problemOf, sh, until } from '#test/support/engine.ts'

/** A target of which nothing answers: what is on this machine is known all the same. */
const AWAY = ClusterProfile.parse({
  kubeconfig: ['/nowhere/config'],
  context: 'away',
  namespace: 'ml',
  serviceAccount: 'pipeline',
  registry: '127.0.0.1:9/team',
  artifacts: {
    endpoint: 'http://127.0.0.1:9',
    bucket: 'artifacts',
    prefix: 'p/',
    accessKey: { secret: 's3', key: 'a' },
    secretKey: { secret: 's3', key: 's' },
  },
})

const SPEC = {
  parameters: { depth: { type: 'integer', default: 2 } },
  environments: { py: { python: '>=3.8', packages: [] } },
  steps: {
    a: {
      ...sh('cat table', { environment: 'py' }),
      inputs: { table: { file: 'table.csv' }, more: { folder: 'more' } },
      outputs: { f: { type: 'file' } },
    },
    b: { ...sh('cat "$1"', '${{ parameters.depth }}'), inputs: { f: '${{ steps.a.outputs.f }}' } },
  },
}

let root = ''
let engine: Engine
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'minisub-survey-'))
  await mkdir(join(root, 'project', 'more'), { recursive: true })
  engine = openEngine(join(root, 'home'), { keychain: false, onError: (error) => expect.unreachable(String(error)) })
  for (const key of ['a', 's']) await engine.secrets.set('s3', key, 'x')
  engine.clusterTargets.add('away', AWAY)
  // Whoever looks at a cluster target gives the data folder a name.
  await engine.service.targets()
  await write('table.csv', 'a,1\n')
  await write('more/x', 'x')
  await write('code.py', 'print(1)\n')
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await removeTree(root)
})

const write = (name: string, text: string): Promise<void> => writeFile(join(root, 'project', name), text)

async function pipeline(spec: object, name = 'p'): Promise<string> {
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name } }
  await write(`${name}.yaml`, JSON.stringify({ ...head, spec }))
  return join(root, 'project', `${name}.yaml`)
}

/** Rows of every table but that of hashes of files, which only saves the next look. */
function rows(): Record<string, number> {
  const { db } = engine.store
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'file_hashes'").all()
  return Object.fromEntries(
    tables.map((table) => {
      const { name } = table as { name: string }
      return [name, (db.prepare(`SELECT count(*) AS rows FROM "${name}"`).get() as { rows: number }).rows]
    }),
  )
}

/** Every file below a folder, with its time and content. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const described = files.map(async (file) => {
    const { mtimeMs } = await stat(file)
    return [file, `${mtimeMs} ${(await readFile(file)).toString('base64')}`] as const
  })
  return Object.fromEntries(await Promise.all(described))
}

describe('a survey', () => {
  test('writes no lock, no run and no file, and stores nothing', async () => {
    const file = await pipeline(SPEC)
    const [project, tables, home] = [await filesIn(join(root, 'project')), rows(), await readdir(join(root, 'home'))]
    const survey = await engine.service.survey({ file, target: 'away' }, {})
    expect(survey.lock).toBe('would_be_made')
    expect(survey.frozen.environments['py']?.lock).toMatchObject({ kind: 'python' })
    expect(await filesIn(join(root, 'project'))).toEqual(project)
    expect([rows(), await readdir(join(root, 'home'))]).toEqual([tables, home])
    expect(engine.blobs.has(survey.snapshot.files[0]?.sha256 ?? '')).toBe(false)
  })

  test('hashes what goes into the build of a Dockerfile, and keeps no copy of it', async () => {
    await write('Dockerfile', 'FROM scratch\nCOPY code.py /\n')
    const spec = { environments: { own: { dockerfile: 'Dockerfile' } }, steps: { a: sh('x', { environment: 'own' }) } }
    const file = await pipeline(spec, 'built')
    const before = await readdir(join(root, 'home'), { recursive: true })
    const survey = await engine.service.survey({ file, target: 'away' }, {})
    expect(survey.frozen.environments['own']?.lock.kind).toBe('dockerfile')
    const after = await readdir(join(root, 'home'), { recursive: true })
    expect(after.filter((it) => !before.includes(it) && it.includes('contexts'))).toEqual([])
  })

  test('freezes what a run is frozen with', async () => {
    const file = await pipeline(SPEC)
    await engine.service.lock(file, { update: false })
    const survey = await engine.service.survey({ file, target: 'away', parameterTexts: { depth: '7' } }, {})
    expect(survey.lock).toBe('fits')
    const { id } = await engine.service.start({ file, parameterTexts: { depth: '7' } }, {})
    await until('it is over', () => engine.service.show(id).finishedAt !== null)
    const begun = engine.service.begun(id)
    const { frozen, pipeline: read } = survey
    expect([read.plan.digest, frozen.code, frozen.parameters]).toEqual([
      begun.pipelineDigest,
      begun.code,
      begun.parameters,
    ])
    expect(frozen.facts.code).toEqual(begun.stepCode)
    expect(frozen.environments['py']?.digest).toBe(begun.environments['a'])
  })

  test('is there for a target that is away, each part with what was in its way', async () => {
    const file = await pipeline(SPEC)
    const { cluster } = await engine.service.survey({ file, target: 'away' }, {})
    const { cache, argo, images, template, workflow, objects } = cluster
    expect(cache.problem?.code).toBe('store_unreachable')
    expect(argo.problem?.code).toBe('cluster_config')
    expect(images.map(({ environment, image }) => [environment, image.problem?.code])).toEqual([
      ['py', 'registry_unreachable'],
      ['', 'registry_unreachable'],
    ])
    const problems = objects.flatMap(({ plan }) => plan.problem?.code ?? [])
    expect(new Set(problems)).toEqual(new Set(['cluster_config']))
    // Nobody is asked for what nobody can have yet.
    expect(objects.flatMap(({ plan }) => plan.value?.kind ?? [])).toEqual(['Workflow', 'object'])
    expect([workflow?.problem, template.problem, template.isPinned]).toEqual([null, null, false])
    expect(template.object?.kind).toBe('WorkflowTemplate')
    expect(Object.fromEntries(workflow?.steps ?? [])).toEqual({ 's-a': 'a', 's-b': 'b' })
    expect(workflow?.meter.find(({ what }) => what === 'templates')).toEqual({ what: 'templates', used: 3, cap: null })
    expect(template.uploads.problem?.code).toBe('store_unreachable')
    expect(cluster.state.steps.map(({ status }) => status)).toEqual(['pending', 'pending'])
  })

  test.each([
    ['a target of this machine', { target: 'process' }, SPEC, 'not_supported'],
    ['no such target', { target: 'nowhere' }, SPEC, 'not_supported'],
    ['an unknown parameter', { parameters: { width: 1 } }, SPEC, 'unknown_parameter'],
    ['a parameter of another type', { parameters: { depth: 'deep' } }, SPEC, 'invalid_parameter'],
    [
      'an input that is not there',
      {},
      { steps: { a: { ...sh('x'), inputs: { t: { file: 'none' } } } } },
      'input_missing',
    ],
    ['a document that is none', {}, { steps: {} }, 'document_invalid'],
    [
      'no such version of python',
      {},
      { ...SPEC, environments: { py: { python: '>=3.99', packages: [] } } },
      'python_missing',
    ],
  ])('is refused for %s', async (name, request, spec, code) => {
    const file = await pipeline(spec, `wrong-${name.replaceAll(' ', '-')}`)
    const asked = engine.service.survey({ file, target: 'away', ...request }, {})
    expect(await problemOf(asked)).toMatchObject({ code })
  })

  test('is given up when its signal aborts', async () => {
    const file = await pipeline(SPEC)
    const stop = new Error('given up')
    await expect(engine.service.survey({ file, target: 'away' }, { signal: AbortSignal.abort(stop) })).rejects.toBe(
      stop,
    )
  })
})
