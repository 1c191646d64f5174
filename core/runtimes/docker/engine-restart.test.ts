import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWithDocker } from '#test/support/requirements.ts'
import { openDockerBench, type DockerBench } from './docker-fixture.ts'

/**
 * A command of a person that restarts the engine, such as `systemctl restart docker`. This file runs after all others,
 * since they use the same engine (vitest.config.ts).
 */
const RESTART = process.env['MINISUB_TEST_ENGINE_RESTART'] ?? ''
const NAME = 'an engine that is restarted'

describeWithDocker(RESTART === '' ? `${NAME} (skipped: MINISUB_TEST_ENGINE_RESTART names no command)` : NAME, () => {
  let bench: DockerBench

  beforeEach(() => {
    bench = openDockerBench()
    mkdirSync(join(bench.root, 'work'))
  })
  afterEach(async () => {
    await bench[Symbol.asyncDispose]()
    expect(bench.left()).toEqual([])
  })

  test.runIf(RESTART !== '')('what runs on or ended is told, the rest is lost', async () => {
    const quiet = bench.shell('echo before; sleep 60; echo after')
    const ended = bench.shell('echo whole; exit 5')
    await Promise.all([bench.runtime.start(quiet), bench.runtime.start(ended)])
    const [waiting, state] = [bench.runtime.wait(quiet), await bench.runtime.wait(ended)]
    const restarted = spawnSync('sh', ['-c', RESTART], { encoding: 'utf8' })
    expect(restarted).toMatchObject({ status: 0 })
    const outcome = await waiting
    // live-restore keeps it running; else it was stopped with the engine, and nobody asked for that here
    if (outcome.phase === 'exited') expect(outcome.exit.exitCode).toBe(0)
    else expect(outcome.reason).toMatch(/asked to stop from outside|killed from outside/)
    expect(await bench.runtime.inspect(ended)).toEqual(state)
    expect(await bench.log(quiet)).toContain('before')
    expect(await bench.run(bench.shell('exit 2'))).toMatchObject({ exitCode: 2 })
  })
})
