import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StepTracking } from '#core/pipelines/index.ts'
import { openRegistryReads } from '#core/registry/index.ts'
import { openRegister } from '#core/run-tracking/index.ts'
import { removeTree } from '#core/store/index.ts'
import { openArtifactReads, openTracking, type Tracking } from '#core/tracking/index.ts'
import { openEngine, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'minisub-registered-'))
let tracking: Tracking
let engine: Engine
/** Held back where a test wants to see it at work. */
let hold: Promise<void> = Promise.resolve()
beforeAll(async () => {
  tracking = openTracking(folder)
  let real: StepTracking['register'] | undefined
  const register: StepTracking['register'] = async (wanted) => {
    await hold
    real ??= openRegister({ tracking, blobs: engine.blobs })
    return real(wanted)
  }
  engine = await openEngine({ register })
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  tracking[Symbol.dispose]()
  await removeTree(folder)
})

const from = (step: string, output: string) => `\${{ steps.${step}.outputs.${output} }}`
const choose = (score = '0.95') =>
  sh(`printf weights > "$MINISUB_OUTPUTS/best"; printf ${score} > "$MINISUB_OUTPUTS/score"`, {
    outputs: { best: { type: 'file' }, score: { type: 'number' } },
  })
const registry = () => openRegistryReads(tracking.db)
const filesOf = (name: string, version: number) => {
  const folderOf = registry().downloadUri(name, version).replace('mlflow-artifacts:/', '')
  return openArtifactReads(tracking.db)
    .files(folderOf)
    .map(({ path }) => path)
}

describe('a register step', () => {
  test('makes a version of what another step left, with its texts filled in', async () => {
    const register = {
      model: '${{ parameters.model }}',
      from: from('choose', 'best'),
      alias: 'champion',
      description: 'of ${{ run.name }}',
      tags: { score: from('choose', 'score'), team: 'red' },
    }
    const spec = {
      parameters: { model: { type: 'string', default: 'wine' } },
      steps: { choose: choose(), register: { register, when: '${{ steps.choose.outputs.score >= 0.9 }}' } },
      outputs: { told: '${{ steps.register.status }}' },
    }
    const run = await engine.run(await engine.pipeline(spec, 'texts'))
    expect(run.status).toBe('succeeded')
    expect(run.outputs).toEqual({ told: 'succeeded' })
    expect(stepOf(run, 'register')).toMatchObject({
      attempts: 1,
      exitCode: null,
      reason: 'version 1 of wine, champion',
      outputs: { model: 'wine', version: 1, alias: 'champion' },
    })
    const version = registry().versionByAlias('wine', 'champion')
    expect(version).toMatchObject({ version: 1, description: 'of texts' })
    expect(version.tags).toEqual(
      expect.arrayContaining([
        { key: 'score', value: '0.95' },
        { key: 'team', value: 'red' },
        { key: 'minisub.run', value: run.id },
        { key: 'minisub.pipeline_digest', value: run.pipelineDigest },
      ]),
    )
    expect(filesOf('wine', 1)).toEqual(['best'])
    expect(engine.service.graph(run.id).steps.map(({ name, kind, needs }) => [name, kind, needs])).toEqual([
      ['choose', 'command', []],
      ['register', 'register', ['choose']],
    ])
  })

  test('is done again in every run, and taken over by a run that resumes one', async () => {
    const spec = {
      steps: {
        choose: choose(),
        register: { register: { model: 'again', from: from('choose', 'best') } },
        last: sh('exit $(cat code.txt)', '1', { files: ['code.txt'] }),
      },
    }
    await engine.write('again/code.txt', '1')
    const file = await engine.pipeline({ ...spec, code: 'again' }, 'again')
    const first = await engine.run(file)
    expect(statusesOf(first)).toEqual({ choose: 'succeeded', register: 'succeeded', last: 'failed' })
    const second = await engine.run(file)
    expect(statusesOf(second)).toEqual({ choose: 'cached', register: 'succeeded', last: 'failed' })
    expect(stepOf(second, 'register').outputs).toEqual({ model: 'again', version: 2 })
    const third = await engine.resume(second.id)
    expect(statusesOf(third)).toEqual({ choose: 'cached', register: 'cached', last: 'failed' })
    expect(stepOf(third, 'register').outputs).toEqual({ model: 'again', version: 2 })
    expect(registry().versionsOf('again', { most: 10 })).toHaveLength(2)
  })

  test('takes a folder as it is, and all that a fan-out left as folders 0, 1, 2', async () => {
    const spec = {
      steps: {
        make: sh(
          'mkdir -p "$MINISUB_OUTPUTS/m/sub"; echo "flavors: {}" > "$MINISUB_OUTPUTS/m/MLmodel"; echo $1 > "$MINISUB_OUTPUTS/m/sub/x"',
          '${{ each.i }}',
          {
            forEach: { i: [1, 2] },
            outputs: { m: { type: 'folder' } },
          },
        ),
        all: { register: { model: 'all', from: from('make', 'm') } },
        join: sh('cp -r "$MINISUB_INPUTS/m/1" "$MINISUB_OUTPUTS/one"', {
          inputs: { m: from('make', 'm') },
          outputs: { one: { type: 'folder' } },
        }),
        one: { register: { model: 'one', from: from('join', 'one') }, needs: ['all'] },
      },
    }
    const run = await engine.run(await engine.pipeline(spec, 'folders'))
    expect(run.status).toBe('succeeded')
    expect(filesOf('all', 1)).toEqual(['0/MLmodel', '0/sub/x', '1/MLmodel', '1/sub/x'])
    expect(filesOf('one', 1)).toEqual(['MLmodel', 'sub/x'])
  })

  test('is skipped where its condition is false, and where what it reads failed', async () => {
    const spec = {
      steps: {
        low: choose('0.2'),
        held: {
          register: { model: 'never', from: from('low', 'best') },
          when: '${{ steps.low.outputs.score >= 0.9 }}',
        },
        fails: sh('exit 1', { outputs: { f: { type: 'file' } } }),
        below: { register: { model: 'never', from: from('fails', 'f') } },
      },
    }
    const run = await engine.run(await engine.pipeline(spec, 'skipped'))
    expect(statusesOf(run)).toEqual({ low: 'succeeded', held: 'skipped', fails: 'failed', below: 'skipped' })
    expect(
      registry()
        .models({ maxResults: 100 })
        .items.map(({ name }) => name),
    ).not.toContain('never')
  })

  test('fails with the reason, and the run with it', async () => {
    const spec = {
      steps: {
        empty: sh('mkdir "$MINISUB_OUTPUTS/d"', { outputs: { d: { type: 'folder' } } }),
        register: { register: { model: 'empty', from: from('empty', 'd') } },
      },
    }
    const run = await engine.run(await engine.pipeline(spec, 'fails'))
    expect(run.status).toBe('failed')
    expect(stepOf(run, 'register').reason).toMatch(/^steps\.empty\.outputs\.d has no files/)
  })

  test('whose name comes of a parameter is refused before anything begins', async () => {
    const spec = {
      parameters: { name: { type: 'string' } },
      steps: {
        choose: choose(),
        register: { register: { model: '${{ parameters.name }}', from: from('choose', 'best') } },
      },
    }
    const file = await engine.pipeline(spec, 'names')
    await expect(engine.start(file, { parameters: { name: 'a/b' } })).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringMatching(/^spec\.steps\.register\.register\.model: the model name "a\/b"/) as string,
    })
  })

  test('that is at work when the run is cancelled is cancelled, and when the core ends is done by the next one', async () => {
    const spec = {
      steps: { choose: choose(), register: { register: { model: 'held', from: from('choose', 'best') } } },
    }
    const file = await engine.pipeline(spec, 'held')
    const isAtWork = (run: string) => stepOf(engine.service.show(run), 'register').status === 'running'
    for (const end of ['cancel', 'reopen']) {
      const held = Promise.withResolvers<void>()
      hold = held.promise
      const { id } = await engine.start(file)
      await until('it is at work', () => isAtWork(id))
      if (end === 'cancel') await engine.service.cancel(id)
      else await engine.reopen()
      held.resolve()
      const run = await engine.end(id)
      expect(run.status).toBe(end === 'cancel' ? 'cancelled' : 'succeeded')
    }
    expect(engine.errors).toEqual([])
  })
})

test('a register step fails in words where nothing is tracked', async () => {
  await using bare = await openEngine()
  const spec = { steps: { choose: choose(), register: { register: { model: 'm', from: from('choose', 'best') } } } }
  const run = await bare.run(await bare.pipeline(spec))
  expect(stepOf(run, 'register')).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/nothing is tracked/) as string,
  })
})
