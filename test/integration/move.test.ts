import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isFinalRun, type SequencedEvent } from '#core/contract/events.ts'
import type { Client } from '#core/client/index.ts'
import { openCliSandbox, runOf, until } from '#test/support/cli-sandbox.ts'
import { openEngine, problemOf, sh, statusesOf, until as untilEngine } from '#test/support/engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { startCore } from '#test/support/sandbox-core.ts'

/** Runs for long as a process, and for a moment in a container. */
const SLOW = '[ -d /mini-submarine ] || sleep 600'
/** A move between two local targets takes about a second on a busy machine. */
const LONGEST_MS = 1_500
const KILLS = 6
const AGAIN = { target: 'process', mode: 'now', parallelism: null } as const

const stepsLines = (slow: string): string[] => [
  'steps:',
  '  first: {cache: false, command: [sh, -c, "od -An -N8 -tx1 /dev/urandom > $MINISUB_OUTPUTS/id"], outputs: {id: {type: file}}}',
  `  slow: {command: [sh, -c, ${JSON.stringify(`echo on; ${slow}; cp $MINISUB_INPUTS/id $MINISUB_OUTPUTS/id`)}], inputs: {id: "\${{ steps.first.outputs.id }}"}, outputs: {id: {type: file}}}`,
  '  last: {command: [sh, -c, "cmp $MINISUB_INPUTS/a $MINISUB_INPUTS/b"], inputs: {a: "${{ steps.first.outputs.id }}", b: "${{ steps.slow.outputs.id }}"}}',
]

async function eventsOf(client: Client, run: string): Promise<SequencedEvent[]> {
  return (await client.listEvents({ run, from: 1, limit: 1_000 })).events
}

async function attempts(client: Client, run: string): Promise<string[]> {
  return (await eventsOf(client, run)).flatMap((event) => (event.kind === 'attempt.created' ? [event.step] : []))
}

async function isRunning(client: Client, run: string, step: string): Promise<boolean> {
  return (await eventsOf(client, run)).some((event) => event.kind === 'attempt.started' && event.step === step)
}

test('a run is not moved to where it is, or to nowhere, and goes on', async () => {
  await using engine = await openEngine({ target: 'process' })
  const id = (await engine.start(await engine.pipeline({ steps: { a: sh('sleep 600') } }))).id
  await untilEngine('it runs', () => engine.events(id).some(({ kind }) => kind === 'attempt.started'))
  const { message } = await problemOf(engine.moves.move(id, AGAIN))
  expect(message).toBe(`run ${id} is on process already: name another target`)
  expect((await problemOf(engine.moves.move(id, { ...AGAIN, target: 'dokcer' }))).code).toBe('not_supported')
  expect(engine.service.show(id).status).toBe('running')
})

describeWithDocker('a run that is moved between processes and containers', () => {
  test('is stopped, or waited for, and goes on with what had succeeded', async () => {
    await using engine = await openEngine()
    const spec = {
      steps: {
        first: sh('od -An -N8 -tx1 /dev/urandom > "$MINISUB_OUTPUTS/id"', {
          cache: false,
          outputs: { id: { type: 'file' } },
        }),
        each: sh(`echo on; ${SLOW}; cat "$MINISUB_INPUTS/id" "$1" > /dev/null || true`, '${{ each.i }}', {
          forEach: { i: [1, 2, 3] },
          parallelism: 2,
          inputs: { id: '${{ steps.first.outputs.id }}' },
        }),
      },
    }
    const { id } = await engine.start(await engine.pipeline(spec))
    await untilEngine('two run', () => engine.events(id).filter(({ kind }) => kind === 'attempt.started').length === 3)
    const { run } = await engine.moves.move(id, { target: 'docker', mode: 'now', parallelism: 2 })
    expect(statusesOf(await engine.end(run.id))).toEqual({
      first: 'cached',
      'each[0]': 'succeeded',
      'each[1]': 'succeeded',
      'each[2]': 'succeeded',
    })
    expect(engine.service.show(id)).toMatchObject({ status: 'cancelled', movedTo: { run: run.id, target: 'docker' } })
    expect(engine.service.graph(run.id)).toMatchObject({ resumes: id, movedFrom: { run: id, target: 'process' } })
    expect((await problemOf(engine.moves.move(run.id, AGAIN))).message).toContain('nothing is left to move')
    expect(engine.errors).toEqual([])
  })

  test.each(['process', 'docker'] as const)(
    'does again on the other what obeyed the stop on %s with exit code 0',
    async (from) => {
      await using engine = await openEngine({ target: from })
      const obeying = "trap 'exit 0' TERM; echo on; while :; do sleep 0.05; done"
      const here = from === 'process' ? '[ ! -d /mini-submarine ]' : '[ -d /mini-submarine ]'
      const each = sh(`if ${here}; then ${obeying}; fi`, '${{ each.i }}', { forEach: { i: [1, 2, 3, 4, 5, 6] } })
      const { id } = await engine.start(await engine.pipeline({ steps: { each } }), { parallelism: 6 })
      await untilEngine(
        'all run',
        () => engine.events(id).filter(({ kind }) => kind === 'attempt.started').length === 6,
      )
      const to = from === 'process' ? 'docker' : 'process'
      const { run } = await engine.moves.move(id, { target: to, mode: 'now', parallelism: 6 })
      const left = Object.values(statusesOf(engine.service.show(id)))
      expect(left).toEqual(Array.from({ length: 6 }, () => 'cancelled'))
      expect(new Set(Object.values(statusesOf(await engine.end(run.id))))).toEqual(new Set(['succeeded']))
    },
  )

  test('is not moved to processes where it needs an image', async () => {
    await using engine = await openEngine({ target: 'docker' })
    await engine.write('box/Dockerfile', 'FROM busybox:1.35\n')
    const spec = {
      environments: { box: { dockerfile: 'box/Dockerfile' } },
      steps: { a: sh('sleep 600', { environment: 'box' }) },
    }
    const { id } = await engine.start(await engine.pipeline(spec))
    const { code, message } = await problemOf(engine.moves.move(id, AGAIN))
    expect([code, message]).toEqual(['not_supported', expect.stringContaining('"box" is an image')])
    expect(isFinalRun(engine.service.show(id).status)).toBe(false)
  })
})

describeWithDocker('minisub move', () => {
  test('shows the new run to its end, and both name each other', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('moved', stepsLines(SLOW))
    const { id } = runOf(await sandbox.minisub('run', file, '--detach', '--json'))
    await until('the slow step runs', () => isRunning(sandbox.client(), id, 'slow'))
    const moved = await sandbox.minisub('move', id.slice(0, 20), '--target', 'docker', '--json')
    expect(moved.code, moved.stderr).toBe(0)
    const view = runOf(moved)
    expect(view).toMatchObject({ status: 'succeeded', movedFrom: { run: id, target: 'process' } })
    expect(await attempts(sandbox.client(), view.id)).toEqual(['slow', 'last'])
    expect((await sandbox.minisub('show', id)).stdout).toContain(`moved to docker: minisub show ${view.id}`)
    expect((await sandbox.minisub('show', view.id)).stdout).toContain(`moved from process: minisub show ${id}`)
    expect((await sandbox.minisub('runs')).stdout).toContain('process -> docker')
    const again = await sandbox.minisub('move', id, '--target', 'docker', '--detach')
    expect([again.code, again.stdout]).toEqual([0, `${view.id}\n`])
    expect((await sandbox.minisub('move', id, '--target', 'lab')).code).toBe(2)
  })

  test('that failed is told with the run, which goes on where it is', async () => {
    await using sandbox = await openCliSandbox()
    expect((await sandbox.minisubWith('a-secret-value', 'secret', 'set', 'gone', 'token')).code).toBe(0)
    const late = '  late: {command: ["true"], needs: [slow], secrets: {TOKEN: {secret: gone, key: token}}}'
    const file = await sandbox.pipeline('left', [...stepsLines('sleep 600'), late])
    const { id } = runOf(await sandbox.minisub('run', file, '--detach', '--json'))
    await until('the slow step runs', () => isRunning(sandbox.client(), id, 'slow'))
    expect((await sandbox.minisub('secret', 'delete', 'gone', 'token')).code).toBe(0)
    expect((await sandbox.minisub('move', id, '--target', 'docker')).code).not.toBe(0)
    const shown = await sandbox.minisub('show', id)
    expect(shown.stderr).toContain('its move to docker failed: ')
    expect(shown.stdout).toContain(' running ')
  })

  test.each([
    ['process', 'docker', '[ -d /mini-submarine ] || sleep 600'],
    ['docker', 'process', '[ ! -d /mini-submarine ] || sleep 600'],
  ])(
    'from %s to %s: a core that is killed with -9 at any moment is followed by one that goes on',
    async (from, to, slow) => {
      await using sandbox = await openCliSandbox()
      const file = await sandbox.pipeline('killed', stepsLines(slow))
      let core = await startCore(sandbox)
      for (let kill = 0; kill < KILLS; kill += 1) {
        const { id } = await sandbox.client().startRun({ file, target: from, cache: false })
        await until('the slow step runs', () => isRunning(sandbox.client(), id, 'slow'))
        const move = sandbox.client().moveRun({ run: id, target: to })
        move.catch(() => undefined)
        await delay((LONGEST_MS * (kill + Math.random())) / KILLS)
        core.child.kill('SIGKILL')
        await core.finished
        core = await startCore(sandbox)
        // One that was killed before anything was written was not asked.
        const { move: done, run } = await sandbox.client().moveRun({ run: id, target: to })
        expect(done).toMatchObject({ state: 'done', newRun: run.id })
        await until('it has ended', async () => isFinalRun((await sandbox.client().showRun({ run: run.id })).status))
        expect((await sandbox.client().showRun({ run: run.id })).status).toBe('succeeded')
        expect(await attempts(sandbox.client(), id)).toEqual(['first', 'slow'])
        expect(new Set(await attempts(sandbox.client(), run.id))).toEqual(new Set(['slow', 'last']))
      }
      const { runs } = await sandbox.client().listRuns({ limit: 100 })
      expect([runs.length, runs.filter(({ movedFrom }) => movedFrom !== undefined).length]).toEqual([2 * KILLS, KILLS])
    },
  )

  test('goes on over a core that is killed while the run is waited for, and asks the next one', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('waited', stepsLines('sleep 4'))
    const core = await startCore(sandbox)
    const { id } = await sandbox.client().startRun({ file })
    await until('the slow step runs', () => isRunning(sandbox.client(), id, 'slow'))
    const asked = sandbox.start('move', id, '--target', 'docker', '--wait', '--json')
    await until('it is waited for', async () => (await sandbox.client().showMove({ run: id })).state === 'stopping')
    core.child.kill('SIGKILL')
    await core.finished
    const { code, stdout, stderr } = await asked.finished
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('the core is gone: starting it again')
    const view = runOf({ code, stdout, stderr })
    expect(view.steps.map(({ name, status }) => [name, status])).toEqual([
      ['first', 'cached'],
      ['slow', 'cached'],
      ['last', 'succeeded'],
    ])
    expect(await attempts(sandbox.client(), id)).toEqual(['first', 'slow'])
  })
})
