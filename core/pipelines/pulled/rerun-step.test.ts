import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, problemOf, sh, statusesOf, type Engine } from '#test/support/engine.ts'

describe('a step that is done again', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine()))
  afterAll(() => engine[Symbol.asyncDispose]())

  /** A run whose `broken` failed, which succeeds by now and lies in the cache. */
  async function failedThere(): Promise<string> {
    const flag = join(engine.root, 'flag')
    const file = await engine.pipeline(
      { steps: { broken: sh(`[ -e ${flag} ]`), check: { ...sh('exit 3'), needs: { broken: 'failed' } } } },
      'flaky',
    )
    const { id } = await engine.run(file)
    writeFileSync(flag, '')
    expect(statusesOf(await engine.run(file))).toMatchObject({ broken: 'succeeded', check: 'skipped' })
    return id
  }

  test('takes over what its run had, not what the cache has by now; resumed, it repeats the same attempt', async () => {
    const id = await failedThere()
    const { run } = await engine.service.rerunStep({ run: id, step: 'check', item: null }, {})
    expect(statusesOf(await engine.end(run.id))).toEqual({ broken: 'failed', check: 'failed' })

    const { id: resumed } = await engine.resume(run.id)
    expect(await engine.service.rerunReport(resumed)).toMatchObject({ of: { run: id, attempt: 1 }, verdict: 'same' })
    const moved = engine.moves.move(run.id, { target: 'docker', mode: 'now', parallelism: null })
    expect(await problemOf(moved)).toEqual({
      code: 'conflict',
      message: expect.stringMatching(/plays check alone and cannot be moved: take minisub pull-step/),
    })
  })
})
