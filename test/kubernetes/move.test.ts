import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Client } from '#core/client/index.ts'
import { homeId } from '#core/cluster/index.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { MOVE_STATES, type MoveState } from '#core/contract/move.ts'
import type { RunView } from '#core/contract/run.ts'
import { openEngine, problemOf, sh, statusesOf, until, type Engine } from '#test/support/engine.ts'
import { openCliSandbox, until as untilThen } from '#test/support/cli-sandbox.ts'
import { openLab, PODS, WORKFLOWS } from '#test/support/lab-target.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'
import { addLabTo, startCore } from '#test/support/sandbox-core.ts'

/** Runs for long on this machine, and for a moment in a pod; or the other way round. */
const HERE = '[ -d /mini-submarine-runner ] || sleep 600'
const THERE = '[ ! -d /mini-submarine-runner ] || sleep 600'

/** `first` is not cached and gives what no second attempt would; `slow` reads it; `flaky` would be tried again. */
function steps(slow: string, more: object = {}): object {
  return {
    first: sh('head -c 16 /dev/urandom | od -An -tx1 > "$MINISUB_OUTPUTS/id"', {
      outputs: { id: { type: 'file' } },
      cache: false,
    }),
    slow: sh(`echo on; ${slow}; cp "$MINISUB_INPUTS/id" "$MINISUB_OUTPUTS/id"`, {
      inputs: { id: '${{ steps.first.outputs.id }}' },
      outputs: { id: { type: 'file' } },
    }),
    last: sh('cmp "$MINISUB_INPUTS/a" "$MINISUB_INPUTS/b"', {
      inputs: { a: '${{ steps.first.outputs.id }}', b: '${{ steps.slow.outputs.id }}' },
    }),
    ...more,
  }
}

/** Starts a run, and waits until its slow step runs. */
async function startedOn(engine: Engine, target: string, slow: string, more?: object): Promise<string> {
  const { id } = await engine.start(await engine.pipeline({ steps: steps(slow, more) }), { target })
  await until('the slow step runs', () => stepRuns(engine, id, 'slow'))
  return id
}

const stepRuns = (engine: Engine, run: string, step: string): boolean =>
  engine.events(run).some((event) => event.kind === 'attempt.started' && event.step === step)

const attempts = (engine: Engine, run: string): string[] =>
  engine.events(run).flatMap((event) => (event.kind === 'attempt.created' ? [event.step] : []))

async function moved(engine: Engine, run: string, target: string, mode: 'now' | 'wait'): Promise<RunView> {
  const { move, run: begun } = await engine.moves.move(run, { target, mode, parallelism: null })
  expect([move.state, move.newRun]).toEqual(['done', begun.id])
  return engine.end(begun.id)
}

/** Whether nothing of a run will begin any more in the cluster. */
async function workflowPhase(run: string): Promise<unknown> {
  await using cluster = openLab()
  const { status, spec } = (await cluster.get(WORKFLOWS, run)) as Record<string, Record<string, unknown> | undefined>
  return [status?.['phase'], spec?.['suspend']]
}

describeWithKubernetes('a run that is moved', () => {
  test.concurrent('from this machine to a cluster is stopped, and goes on there with what had succeeded', async () => {
    await using engine = await openEngine({ target: 'lab' })
    const id = await startedOn(engine, 'process', HERE)
    const there = await moved(engine, id, 'lab', 'now')
    expect([there.status, statusesOf(there)]).toEqual([
      'succeeded',
      { first: 'cached', slow: 'succeeded', last: 'succeeded' },
    ])
    expect([attempts(engine, id), attempts(engine, there.id)]).toEqual([
      ['first', 'slow'],
      ['slow', 'last'],
    ])
    const here = await engine.end(id)
    expect(here).toMatchObject({ status: 'cancelled', movedTo: { run: there.id, target: 'lab' } })
    expect(here.steps.find((step) => step.name === 'slow')?.reason).toBe(`the run goes on on lab as run ${there.id}`)
    expect(there).toMatchObject({ movedFrom: { run: id, target: 'process' }, pipelineDigest: here.pipelineDigest })
    expect(engine.errors).toEqual([])
  })

  test.concurrent('with wait lets end what runs on this machine, and begins nothing more there', async () => {
    await using engine = await openEngine({ target: 'lab' })
    const flaky = { flaky: sh('sleep 3; exit 1', { retry: { limit: 3 } }) }
    const id = await startedOn(engine, 'process', 'sleep 4', flaky)
    const there = await moved(engine, id, 'lab', 'wait')
    expect(statusesOf(await engine.end(id))).toEqual({
      first: 'succeeded',
      slow: 'succeeded',
      last: 'cancelled',
      flaky: 'failed',
    })
    expect(attempts(engine, id).toSorted()).toEqual(['first', 'flaky', 'slow'])
    expect(statusesOf(there)).toMatchObject({ first: 'cached', slow: 'cached', last: 'succeeded' })
    expect(attempts(engine, there.id)).toEqual(expect.not.arrayContaining(['first', 'slow']))
  })

  test.concurrent('that failed here goes on in a cluster, and what had succeeded is not run again', async () => {
    await using engine = await openEngine({ target: 'lab' })
    const file = await engine.pipeline({ steps: steps('[ -d /mini-submarine-runner ] || exit 1') })
    const here = await engine.run(file, { target: 'process' })
    expect(here.status).toBe('failed')
    const there = await moved(engine, here.id, 'lab', 'now')
    expect([there.status, attempts(engine, there.id)]).toEqual(['succeeded', ['slow', 'last']])
    expect(engine.service.show(here.id)).toMatchObject({ status: 'failed', movedTo: { run: there.id } })
  })

  test.concurrent('from a cluster to this machine is stopped there, and its files are here', async () => {
    await using engine = await openEngine({ target: 'lab' })
    const id = await startedOn(engine, 'lab', THERE)
    const here = await moved(engine, id, 'process', 'now')
    expect([here.status, attempts(engine, here.id)]).toEqual(['succeeded', ['slow', 'last']])
    expect(statusesOf(await engine.end(id))).toMatchObject({ first: 'succeeded', slow: 'cancelled' })
    expect(await workflowPhase(id)).toEqual(['Failed', undefined])
    expect(engine.errors).toEqual([])
  })

  test.concurrent('with wait lets end what runs in a cluster, to go on in containers of this machine', async () => {
    await using engine = await openEngine({ target: 'lab' })
    const flaky = { flaky: sh('sleep 5; exit 1', { retry: { limit: 3 } }) }
    const id = await startedOn(engine, 'lab', 'sleep 8', flaky)
    const here = await moved(engine, id, 'docker', 'wait')
    expect(statusesOf(await engine.end(id))).toEqual({
      first: 'succeeded',
      slow: 'succeeded',
      last: 'cancelled',
      flaky: expect.stringMatching(/cancelled|failed/) as string,
    })
    expect(attempts(engine, here.id)).toEqual(expect.not.arrayContaining(['first', 'slow']))
    expect(statusesOf(here)).toMatchObject({ first: 'cached', slow: 'cached', last: 'succeeded' })
    expect(await workflowPhase(id)).toEqual(['Failed', undefined])
  })

  test.concurrent('is left alone where its new target cannot take it', async () => {
    await using engine = await openEngine({ target: 'lab' })
    await engine.secrets.set('gone', 'token', 'a-secret-value')
    const id = await startedOn(engine, 'process', HERE, {
      secret: sh('true', { needs: ['slow'], secrets: { TOKEN: { secret: 'gone', key: 'token' } } }),
    })
    await engine.secrets.delete('gone', 'token')
    const { code } = await problemOf(engine.moves.move(id, { target: 'lab', mode: 'now', parallelism: null }))
    expect([code, engine.moves.show(id).state]).toEqual(['secret_missing', 'failed'])
    expect([engine.service.show(id).status, attempts(engine, id)]).toEqual(['running', ['first', 'slow']])
  })
})

const LINES = (slow: string): string[] => [
  'steps:',
  '  first: {cache: false, command: [sh, -c, "head -c 9 /dev/urandom > $MINISUB_OUTPUTS/id"], outputs: {id: {type: file}}}',
  `  slow: {command: [sh, -c, ${JSON.stringify(`${slow}; cp $MINISUB_INPUTS/id $MINISUB_OUTPUTS/id`)}], inputs: {id: "\${{ steps.first.outputs.id }}"}, outputs: {id: {type: file}}}`,
  '  last: {command: [sh, -c, "cmp $MINISUB_INPUTS/a $MINISUB_INPUTS/b"], inputs: {a: "${{ steps.first.outputs.id }}", b: "${{ steps.slow.outputs.id }}"}}',
]

const begun = async (client: Client, run: string, kind: string): Promise<string[]> =>
  (await client.listEvents({ run, from: 1, limit: 1_000 })).events.flatMap((event) =>
    event.kind === kind && 'step' in event ? [event.step] : [],
  )

/** Waits until a move is at least as far as a state, which may pass by. */
async function reached(client: Client, run: string, state: MoveState): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    MOVE_STATES.indexOf((await client.showMove({ run })).state) >= MOVE_STATES.indexOf(state)
  await untilThen(`the move is ${state}`, isThere)
}

describeWithKubernetes('a core that is killed with -9 while it moves a run', () => {
  test.concurrent.each([
    ['process', 'lab', HERE],
    ['lab', 'process', THERE],
  ])('from %s to %s is followed by one that goes on, in whatever part it died', async (from, to, slow) => {
    await using sandbox = await openCliSandbox()
    await using cluster = openLab()
    let core = await startCore(sandbox)
    await addLabTo(sandbox, `move-${from}`)
    const file = await sandbox.pipeline('killed', LINES(slow))
    for (const state of ['checking', 'stopping', 'preparing', 'done'] as const) {
      const { id } = await sandbox.client().startRun({ file, target: from, cache: false })
      await untilThen('the slow step runs', async () =>
        (await begun(sandbox.client(), id, 'attempt.started')).includes('slow'),
      )
      void sandbox
        .client()
        .moveRun({ run: id, target: to })
        .catch(() => undefined)
      await reached(sandbox.client(), id, state)
      await delay(Math.random() * 300)
      core.child.kill('SIGKILL')
      await core.finished
      core = await startCore(sandbox)
      await reached(sandbox.client(), id, 'done')
      const { newRun, problem } = await sandbox.client().showMove({ run: id })
      expect(problem).toBeNull()
      await untilThen('it has ended', async () => isFinalRun((await sandbox.client().showRun({ run: newRun })).status))
      expect((await sandbox.client().showRun({ run: newRun })).status, state).toBe('succeeded')
      expect(await begun(sandbox.client(), id, 'attempt.created')).toEqual(['first', 'slow'])
      expect(new Set(await begun(sandbox.client(), newRun, 'attempt.created'))).toEqual(new Set(['slow', 'last']))
    }
    const { runs } = await sandbox.client().listRuns({})
    expect(runs.length).toBe(8)
    const labelSelector = `mini-submarine/home=${homeId(sandbox.home)}`
    const workflows = (await cluster.list(WORKFLOWS, { labelSelector })).map(({ metadata }) => metadata.name)
    expect(workflows.toSorted()).toEqual(runs.flatMap(({ id, target }) => (target === 'lab' ? [id] : [])).toSorted())
    await untilThen('no pod is left', async () => (await cluster.list(PODS, { labelSelector })).length === 0)
    for (const name of workflows) await cluster.delete(WORKFLOWS, name)
  })
})
