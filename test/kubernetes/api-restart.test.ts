import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openEngine, sh, statusesOf, stepOf, until } from '#test/support/engine.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'

/**
 * A command of a person that stops the API server, waits some seconds and starts it again. This file runs after all
 * others, since they use the same cluster (vitest.config.ts).
 */
const RESTART = process.env['MINISUB_TEST_API_RESTART'] ?? ''
const NAME = 'a cluster whose API server is restarted'

describeWithKubernetes(RESTART === '' ? `${NAME} (skipped: MINISUB_TEST_API_RESTART names no command)` : NAME, () => {
  test.runIf(RESTART !== '')('goes on with a run, which says meanwhile that nothing is heard of it', async () => {
    await using engine = await openEngine({ target: 'lab' })
    const file = await engine.pipeline({
      steps: { long: sh('echo up; sleep 25; echo over'), after: { ...sh('echo after'), needs: ['long'] } },
    })
    const { id } = await engine.start(file, { cache: false })
    await until('it runs', () => stepOf(engine.service.show(id), 'long').status === 'running')
    const restarted = promisify(execFile)('sh', ['-c', RESTART])
    await until('the loss is told', () => engine.service.graph(id).notice !== null)
    expect(engine.service.graph(id).notice).toMatch(/does not answer|connection/)
    await restarted
    const view = await engine.end(id)
    expect(statusesOf(view)).toEqual({ long: 'succeeded', after: 'succeeded' })
    expect(engine.service.graph(id).notice).toBeNull()
    const told = engine.events(id).flatMap((event) => (event.kind === 'run.connection' ? [event.state] : []))
    expect(told).toEqual(['lost', 'connected'])
    expect(await engine.log(id, 'long')).toEqual(['up', 'over'])
    expect(engine.errors).toEqual([])
  })
})
