import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEngine, sh, statusesOf, until, type Engine } from '#test/support/engine.ts'

const running = (engine: Engine, run: string, step: string) =>
  until(`${step} runs`, async () => (await engine.log(run, step)).includes('on'))

describe('a core that closes in order', () => {
  test('leaves what runs to the next one, with its inputs, outputs and log', async () => {
    await using engine = await openEngine()
    const go = join(engine.root, 'go')
    const file = await engine.pipeline({
      steps: {
        give: sh('echo hello > "$MINISUB_OUTPUTS/f"', { outputs: { f: { type: 'file' } } }),
        a: sh(
          'echo on; until test -e "$1"; do sleep 0.05; done; cat "$MINISUB_INPUTS/f" > "$MINISUB_OUTPUTS/g"; echo off',
          go,
          { inputs: { f: '${{ steps.give.outputs.f }}' }, outputs: { g: { type: 'file' } } },
        ),
        b: sh('cat "$MINISUB_INPUTS/g"', { inputs: { g: '${{ steps.a.outputs.g }}' } }),
      },
    })
    const { id } = await engine.start(file)
    await running(engine, id, 'a')
    await engine.reopen()
    expect(engine.service.show(id).status).toBe('running')
    await engine.write('../go', '')
    const view = await engine.end(id)
    expect(statusesOf(view)).toEqual({ give: 'succeeded', a: 'succeeded', b: 'succeeded' })
    expect(view.steps.map((step) => step.attempts)).toEqual([1, 1, 1])
    expect(await engine.log(id, 'a')).toEqual(['on', 'off'])
    expect(await engine.log(id, 'b')).toEqual(['hello'])
    expect(engine.errors).toEqual([])
  })

  test('or ends between the outputs of a step and the event that tells of them: both are there again', async () => {
    await using engine = await openEngine()
    const file = await engine.pipeline({
      steps: {
        a: sh(
          'echo on; until test -e "$1"; do sleep 0.05; done; cd "$MINISUB_OUTPUTS"; echo 1 > n; echo f > f; mkdir -p d/empty; echo g > d/g',
          join(engine.root, 'go'),
          { outputs: { n: { type: 'integer' }, f: { type: 'file' }, d: { type: 'folder' } } },
        ),
        b: sh('cat "$MINISUB_INPUTS/f" "$MINISUB_INPUTS/d/g"; ls "$MINISUB_INPUTS/d"', {
          inputs: { f: '${{ steps.a.outputs.f }}', d: '${{ steps.a.outputs.d }}' },
        }),
      },
    })
    const { id } = await engine.start(file)
    await running(engine, id, 'a')
    engine.store.transaction = () => {
      throw new Error('nothing is written')
    }
    await engine.write('../go', '')
    await until('the end of the step could not be written', () => engine.errors.length > 0)
    expect(String(engine.errors[0])).toContain('nothing is written')
    await engine.reopen()
    const view = await engine.end(id)
    expect(statusesOf(view)).toEqual({ a: 'succeeded', b: 'succeeded' })
    expect(await engine.log(id, 'b')).toEqual(['f', 'g', 'empty', 'g'])
    for (const { type, sha256 } of engine.service.artifacts(id))
      if (type === 'file') expect(statSync(engine.blobs.pathOf(sha256)).nlink).toBe(1)
  })
})
