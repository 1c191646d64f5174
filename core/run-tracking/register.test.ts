import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Registration, StepTracking } from '#core/pipelines/index.ts'
import { openRegistryReads, openRegistryWrites, type RegistryReads } from '#core/registry/index.ts'
import { openBlobs, removeTree, type Blobs } from '#core/store/index.ts'
import { openArtifactReads, openTracking, type Tracking } from '#core/tracking/index.ts'
import { isOnnxFile } from './onnx-file.ts'
import { openRegister } from './register.ts'
import { trackedRunId, trackedStepId } from './tracked-id.ts'

const MODELS = join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'models')

let home = ''
let tracking: Tracking
let blobs: Blobs
let registry: RegistryReads
let register: StepTracking['register']
const open = (): void => {
  tracking = openTracking(home)
  registry = openRegistryReads(tracking.db)
  register = openRegister({ tracking, blobs, now: () => 1_700_000_000_000 })
}
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-register-'))
  blobs = openBlobs(join(home, 'blobs'))
  open()
})
afterEach(async () => {
  tracking[Symbol.dispose]()
  await removeTree(home)
})

type Files = Readonly<Record<string, string | Buffer>>

function wanted(files: Files, change: Partial<Registration> = {}): Registration {
  return {
    run: 'r1',
    step: 'register',
    model: 'wine',
    alias: null,
    description: null,
    tags: {},
    from: { step: 'choose', item: null, output: 'best', isGathered: false },
    lineage: {
      pipeline: 'wine-quality',
      pipelineDigest: 'a'.repeat(64),
      codeDigest: 'b'.repeat(64),
      environment: 'c'.repeat(64),
      target: 'process',
    },
    files: Object.entries(files).map(([path, text]) => ({ path, ...blobs.putBytes(Buffer.from(text)) })),
    ...change,
  }
}

const filesOf = (version: number, name = 'wine') => {
  const folder = registry.downloadUri(name, version).replace('mlflow-artifacts:/', '')
  return openArtifactReads(tracking.db).files(folder)
}
const textsOf = (version: number) =>
  Object.fromEntries(filesOf(version).map(({ path, sha256 }) => [path, readFileSync(blobs.pathOf(sha256), 'utf8')]))
const stored = () =>
  readdirSync(join(home, 'blobs'), { recursive: true, withFileTypes: true }).filter((it) => it.isFile())

describe('a registration', () => {
  test('makes the model, a version that says where it came from, and the alias', async () => {
    const folder = { MLmodel: 'flavors: {}\n', 'data/model.pkl': 'x' }
    const asked = {
      alias: 'champion',
      description: 'good',
      tags: { team: 'red', 'minisub.note': 'ours', 'minisub.run': 'forged' },
    }
    expect(await register(wanted(folder, asked))).toEqual({ version: 1 })
    const version = registry.versionByAlias('wine', 'champion')
    const modelId = `m-${trackedStepId({ run: 'r1', step: 'register', item: null })}`
    expect(version).toMatchObject({
      version: 1,
      description: 'good',
      source: `models:/${modelId}`,
      modelId,
      runId: trackedStepId({ run: 'r1', step: 'choose', item: null }),
    })
    expect(Object.fromEntries(version.tags.map(({ key, value }) => [key, value]))).toEqual({
      'minisub.run': 'r1',
      'minisub.step': 'choose',
      'minisub.output': 'best',
      'minisub.pipeline': 'wine-quality',
      'minisub.pipeline_digest': 'a'.repeat(64),
      'minisub.code_digest': 'b'.repeat(64),
      'minisub.environment': 'c'.repeat(64),
      'minisub.target': 'process',
      'minisub.note': 'ours',
      team: 'red',
    })
    expect(textsOf(1)).toEqual(folder)
    const { name } = tracking.reads.experiment(tracking.reads.loggedModel(modelId).experimentId)
    expect([name, tracking.reads.loggedModel(modelId).status]).toEqual(['wine-quality', 'LOGGED_MODEL_READY'])
    expect(stored()).toHaveLength(2)
  })

  test('that is done again, also by a later core, makes nothing twice', async () => {
    const asked = wanted({ '': 'weights' }, { alias: 'champion' })
    const first = await register(asked)
    await register(asked)
    tracking[Symbol.dispose]()
    open()
    expect(await register(asked)).toEqual(first)
    expect(registry.versions({ maxResults: 10 }).items).toHaveLength(1)
    expect(await register({ ...asked, run: 'r2' })).toEqual({ version: 2 })
    expect(registry.versionByAlias('wine', 'champion').version).toBe(2)
  })

  test('that is done again leaves an alias where others have moved it since', async () => {
    const first = wanted({ '': 'weights' }, { alias: 'champion' })
    await register(first)
    await register({ ...first, run: 'r2' })
    expect(await register(first)).toEqual({ version: 1 })
    expect(registry.versionByAlias('wine', 'champion').version).toBe(2)
  })

  test('that comes with others of the same name takes its turn', async () => {
    const runs = ['a', 'b', 'c', 'd']
    const made = await Promise.all(runs.map((run) => register(wanted({ '': run }, { run, alias: 'newest' }))))
    expect(made.map(({ version }) => version)).toEqual([1, 2, 3, 4])
    await expect(register(wanted({}, { files: [] }))).rejects.toMatchObject({ code: 'output_missing' })
    expect(await register(wanted({ '': 'e' }, { run: 'e' }))).toEqual({ version: 5 })
  })

  test.each(['putLoggedModel', 'files', 'createVersion'])('that was cut off before %s is finished', async (before) => {
    const asked = wanted({ '': 'weights' }, { alias: 'champion' })
    const tables = { putLoggedModel: 'logged_models', files: 'artifacts', createVersion: 'model_versions' }
    const table = tables[before as keyof typeof tables]
    tracking.db.exec(`CREATE TRIGGER cut BEFORE INSERT ON ${table} BEGIN SELECT raise(ABORT, 'cut'); END`)
    await expect(register(asked)).rejects.toThrow('cut')
    tracking.db.exec('DROP TRIGGER cut')
    expect(await register(asked)).toEqual({ version: 1 })
    expect(textsOf(1)).toEqual({ best: 'weights' })
    expect(registry.versionByAlias('wine', 'champion').version).toBe(1)
  })

  test('is an output of the tracked run that made the files, where that is there', async () => {
    const { id: experimentId } = await tracking.writes.createExperiment({ name: 'wine-quality' })
    const id = trackedStepId({ run: 'r1', step: 'choose', item: null })
    await tracking.writes.createRun({ id, experimentId })
    await register(wanted({ '': 'x' }))
    const [output] = tracking.reads.run(id).modelOutputs
    expect(output?.modelId).toBe(registry.version('wine', 1).modelId)
    expect(tracking.reads.loggedModel(output?.modelId ?? '').experimentId).toBe(experimentId)
  })

  test('of what a whole fan-out made is of the run of the pipeline', async () => {
    const from = { step: 'train', item: null, output: 'model', isGathered: true }
    await register(wanted({ 0: 'a', 1: 'b' }, { from }))
    expect(registry.version('wine', 1).runId).toBe(trackedRunId('r1'))
    expect(textsOf(1)).toEqual({ 0: 'a', 1: 'b' })
  })

  test.each<[name: string, change: Partial<Registration>, code: string, words: RegExp]>([
    ['a name that the registry refuses', { model: 'a/b' }, 'tracking_invalid', /a\/b/],
    ['an alias that it refuses', { alias: 'latest' }, 'tracking_invalid', /reserved/],
    ['a tag that it refuses', { tags: { 'a#': 'x' } }, 'tracking_invalid', /a#/],
    ['bytes that are gone', { files: [{ path: '', sha256: 'd'.repeat(64), size: 1 }] }, 'artifact_missing', /./],
    ['no files', { files: [] }, 'output_missing', /no files/],
    ['the name of a prompt', { model: 'hello' }, 'tracking_exists', /prompt/],
  ])('with %s says so', async (_name, change, code, words) => {
    const writes = openRegistryWrites(tracking)
    await writes.createModel({ name: 'hello', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] })
    const message = expect.stringMatching(words) as string
    await expect(register(wanted({ '': 'x' }, change))).rejects.toMatchObject({ code, message })
  })
})

describe('a single file', () => {
  test.each(readdirSync(MODELS).filter((it) => it.endsWith('.onnx')))(
    'that is an ONNX model (%s) gets an MLmodel beside it',
    async (file) => {
      const bytes = readFileSync(join(MODELS, file))
      await register(wanted({ '': bytes }))
      const texts = textsOf(1)
      expect(Object.keys(texts)).toEqual(['MLmodel', 'model.onnx', 'requirements.txt'])
      expect(parse(texts['MLmodel'] ?? '')).toMatchObject({
        flavors: {
          onnx: { data: 'model.onnx', code: null },
          python_function: { data: 'model.onnx', loader_module: 'mlflow.onnx' },
        },
        model_id: registry.version('wine', 1).modelId,
        model_size_bytes: bytes.length,
        utc_time_created: '2023-11-14 22:13:20.000000',
      })
      expect(filesOf(1).find(({ path }) => path === 'model.onnx')?.sha256).toBe(wanted({ '': bytes }).files[0]?.sha256)
    },
  )

  test('that is none has the name of its output', async () => {
    await register(wanted({ '': 'weights' }))
    expect(textsOf(1)).toEqual({ best: 'weights' })
  })

  test('is taken for an ONNX model only where it is one from end to end', async () => {
    const file = join(home, 'file')
    const isOnnx = async (bytes: Uint8Array): Promise<boolean> => {
      writeFileSync(file, bytes)
      return isOnnxFile(file, bytes.length)
    }
    const whole = readFileSync(join(MODELS, 'tiny-classifier.onnx'))
    copyFileSync(join(MODELS, 'tiny-classifier.onnx'), file)
    expect(await isOnnxFile(file, whole.length)).toBe(true)
    for (let cut = 0; cut < whole.length; cut += 7) expect(await isOnnx(whole.subarray(0, cut))).toBe(false)
    expect(await isOnnx(Buffer.concat([whole, Buffer.from('x')]))).toBe(false)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => !(await isOnnx(bytes))),
      { numRuns: 300 },
    )
  })
})
