import { afterAll, beforeAll, expect, test } from 'vitest'
import { containersOf, openEngine, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

describeWithDocker('a run in containers, when it does not go well', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'docker' })))
  afterAll(() => engine[Symbol.asyncDispose]())

  const isRunning = (run: string, step: string) => () => stepOf(engine.service.show(run), step).startedAt !== null

  test('a cancel ends what runs, starts nothing more, and leaves no container', async () => {
    const file = await engine.pipeline({
      steps: {
        a: sh('trap "" TERM; sleep 600 & echo going; wait; sleep 600'),
        after: sh('true', { needs: { a: 'finished' } }),
      },
    })
    const { id } = await engine.start(file)
    await until('it runs', async () => (await engine.log(id, 'a')).includes('going'))
    expect(await containersOf(id)).toHaveLength(1)
    await engine.service.cancel(id)
    const run = await engine.end(id)
    expect(run.status).toBe('cancelled')
    expect(statusesOf(run)).toEqual({ a: 'cancelled', after: 'cancelled' })
    expect(await containersOf(id)).toEqual([])
  })

  test('a cancel before a command began ends it too', async () => {
    const file = await engine.pipeline({ steps: { a: sh('sleep 600'), b: sh('sleep 600') } })
    const { id } = await engine.start(file, { parallelism: 1 })
    await engine.service.cancel(id)
    expect(statusesOf(await engine.end(id))).toEqual({ a: 'cancelled', b: 'cancelled' })
  })

  test('a timeout stops the command, and a retry begins in a new container', async () => {
    const file = await engine.pipeline({
      steps: { a: sh('test "$MINISUB_ATTEMPT" = 2 || sleep 600', { timeout: '1s', retry: { limit: 1 } }) },
    })
    const run = await engine.run(file, { cache: false })
    expect(stepOf(run, 'a')).toMatchObject({ status: 'succeeded', attempts: 2 })
    const finished = engine.events(run.id).flatMap((it) => (it.kind === 'attempt.finished' ? [it.code] : []))
    expect(finished).toEqual(['step_timeout', null])
  })

  test('a resumed run stays where it was, and takes over what succeeded', async () => {
    const steps = { a: sh('true'), b: sh('test -e "$MINISUB_INPUTS/gate" && exit 0; exit 1', { needs: ['a'] }) }
    const failed = await engine.run(await engine.pipeline({ steps }), { cache: false })
    const resumed = await engine.resume(failed.id)
    expect(resumed.target).toBe('docker')
    expect(statusesOf(resumed)).toEqual({ a: 'cached', b: 'failed' })
  })

  test('a container that others removed is lost, and only a retry runs it again', async () => {
    const { openDockerEngine } = await import('#core/runtimes/docker/index.ts')
    const client = await openDockerEngine().client()
    const file = await engine.pipeline({
      steps: { a: sh('test "$MINISUB_ATTEMPT" = 2 || sleep 600', { retry: { limit: 1 } }), b: sh('sleep 600') },
    })
    const { id } = await engine.start(file, { parallelism: 2, cache: false })
    await until('both run', () => isRunning(id, 'a')() && isRunning(id, 'b')())
    for (const container of await containersOf(id)) await client.getContainer(container).remove({ force: true })
    const run = await engine.end(id)
    expect(stepOf(run, 'a')).toMatchObject({ status: 'succeeded', attempts: 2 })
    expect(stepOf(run, 'b')).toMatchObject({ status: 'lost', attempts: 1 })
  })

  test('a core that closes leaves what runs to the next one, which takes its log and outputs', async () => {
    const script = 'echo before; sleep 4; echo after; printf 5 > "$MINISUB_OUTPUTS/n"'
    const file = await engine.pipeline({ steps: { a: sh(script, { outputs: { n: { type: 'integer' } } }) } })
    const { id } = await engine.start(file, { cache: false })
    await until('it runs', async () => (await engine.log(id, 'a')).includes('before'))
    await engine.reopen()
    const run = await engine.end(id)
    expect(stepOf(run, 'a')).toMatchObject({ status: 'succeeded', attempts: 1, outputs: { n: 5 } })
    expect(await engine.log(id, 'a')).toEqual(['before', 'after'])
  })
})
