import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isFinalRun, type SequencedEvent } from '#core/contract/events.ts'
import { openCliSandbox, runOf, type CliSandbox, type Started } from '#test/support/cli-sandbox.ts'

const KILLS = 20
/** So many that the run outlives the kills. */
const ITEMS = 120

/** Numbers in [0, 1) from a seed, so that a failure can be played again. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** Starts a core of its own and waits until it is ready. */
async function startCore(sandbox: CliSandbox): Promise<Started> {
  const core = sandbox.start('serve', '--json')
  await new Promise<void>((resolve, reject) => {
    core.child.stdout?.once('data', () => resolve())
    void core.finished.then(({ stderr, code }) => reject(new Error(`the core ended with ${code}: ${stderr}`)))
  })
  void core.finished.catch(() => undefined)
  return core
}

/** Processes that carry a run's id in their environment. */
function processesOf(run: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(join('/proc', pid, 'environ'), 'latin1').includes(`MINISUB_RUN_ID=${run}`)
    } catch {
      return false
    }
  })
}

/** What attempts needed only while they ran; their logs stay. */
function workFolders(run: string): string[] {
  return readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^\.blank-|\/(code|inputs|outputs|home)$)/.test(path),
  )
}

/** Each step writes a line to the witness when it begins and when it ends, outside of everything that we keep. */
const WITNESS = [
  'sh',
  '-c',
  'echo "begin $1" >> "$0"; sleep "$2"; echo "end $1" >> "$0"; printf 1 > "$MINISUB_OUTPUTS/n"',
]

function pipelineLines(witness: string): string[] {
  const command = (name: string, sleep: string): string => JSON.stringify([...WITNESS, witness, name, sleep])
  return [
    'steps:',
    `  first: {command: ${command('first', '0.1')}, outputs: {n: {type: integer}}}`,
    `  items: {needs: [first], forEach: {i: ${JSON.stringify(Array.from({ length: ITEMS }, (_, i) => i))}}, parallelism: 3, command: ${command('items-${{ each.i }}', '0.3')}, outputs: {n: {type: integer}}}`,
    `  fails: {command: ["sh", "-c", "echo \\"begin fails-$MINISUB_ATTEMPT\\" >> ${witness}; sleep 0.2; exit 3"], retry: {limit: 1, backoff: {duration: 300ms}}}`,
    `  after: {needs: {fails: failed}, command: ${command('after', '0.1')}, outputs: {n: {type: integer}}}`,
    `  last: {command: ${JSON.stringify([...WITNESS, witness, 'last', '0.1', '${{ steps.items.outputs.n }}'])}, outputs: {n: {type: integer}}}`,
    'outputs: {n: "${{ steps.items.outputs.n }}"}',
  ]
}

test(
  `a core that is killed with -9 at ${KILLS} random points finishes its run, runs nothing twice and leaves no process`,
  { timeout: 240_000 },
  async () => {
    const seed = Number(process.env['MINISUB_TEST_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (MINISUB_TEST_SEED plays it again)`)
    const random = randomFrom(seed)
    await using sandbox = await openCliSandbox()
    const witness = join(sandbox.folder, '..', 'witness')
    const file = await sandbox.pipeline('killed', pipelineLines(witness))
    let core = await startCore(sandbox)
    const run = runOf(await sandbox.minisub('run', file, '--detach', '--json', '--parallelism', '4'))
    for (let kill = 0; kill < KILLS; kill += 1) {
      // From before the core has opened its data folder to well into several steps.
      await delay(random() * 900)
      core.child.kill('SIGKILL')
      await core.finished
      if (random() < 0.3) await delay(random() * 300)
      core = sandbox.start('serve', '--json')
    }
    core.child.kill('SIGKILL')
    await core.finished
    await startCore(sandbox)
    expect((await sandbox.client().showRun({ run: run.id })).status, 'the run outlived the kills').toBe('running')
    const view = await ended(sandbox, run.id)

    expect(view.status).toBe('failed')
    const statuses = view.steps.map((step) => `${step.name} ${step.status} ${step.attempts}`)
    expect(statuses).toEqual([
      'first succeeded 1',
      ...Array.from({ length: ITEMS }, () => 'items succeeded 1'),
      'fails failed 2',
      'after succeeded 1',
      'last succeeded 1',
    ])
    expect(view.outputs).toEqual({ n: Array.from({ length: ITEMS }, () => 1) })
    const lines = readFileSync(witness, 'utf8').trim().split('\n')
    const names = ['first', ...Array.from({ length: ITEMS }, (_, i) => `items-${i}`), 'after', 'last']
    const expected = [...names.flatMap((name) => [`begin ${name}`, `end ${name}`]), 'begin fails-1', 'begin fails-2']
    expect(lines.toSorted()).toEqual(expected.toSorted())
    expect(processesOf(run.id)).toEqual([])
    await expectGapless(sandbox, run.id)
    await expect.poll(() => workFolders(join(sandbox.home, 'runs', run.id)), { timeout: 10_000 }).toEqual([])
  },
)

test(
  'a step that was lost while no core ran is said to be lost, and runs again only by its retry',
  { timeout: 60_000 },
  async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('lost', [
      'steps:',
      '  once: {command: [sh, -c, "sleep 60"]}',
      '  again: {command: [sh, -c, "test $MINISUB_ATTEMPT = 2 || sleep 60"], retry: {limit: 1}}',
    ])
    const core = await startCore(sandbox)
    const run = runOf(await sandbox.minisub('run', file, '--detach', '--json'))
    await expect
      .poll(async () => (await sandbox.client().showRun({ run: run.id })).steps.map((step) => step.status), {
        timeout: 10_000,
      })
      .toEqual(['running', 'running'])
    core.child.kill('SIGKILL')
    await core.finished
    for (const pid of processesOf(run.id)) process.kill(Number(pid), 'SIGKILL')
    await startCore(sandbox)
    const view = await ended(sandbox, run.id)
    expect(view.steps.map(({ name, status, attempts }) => [name, status, attempts])).toEqual([
      ['once', 'lost', 1],
      ['again', 'succeeded', 2],
    ])
    expect(view.steps[0]?.reason).toMatch(/^lost: /)
    expect(view.status).toBe('failed')
  },
)

async function ended(sandbox: CliSandbox, run: string) {
  const deadline = Date.now() + 60_000
  for (;;) {
    const view = await sandbox.client().showRun({ run })
    if (isFinalRun(view.status)) return view
    if (Date.now() > deadline) throw new Error(`the run did not end: ${JSON.stringify(view.steps)}`)
    await delay(100)
  }
}

/** The events of a finished run have no gap, and each step run ended once. */
async function expectGapless(sandbox: CliSandbox, run: string): Promise<void> {
  const events: SequencedEvent[] = []
  for await (const batch of sandbox.client().events(run, 1)) events.push(...batch)
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1))
  const ends = events.flatMap((event) =>
    event.kind === 'attempt.finished' ? [`${event.step} ${event.item ?? ''} ${event.attempt}`] : [],
  )
  expect(new Set(ends).size).toBe(ends.length)
  expect(events.at(-1)?.kind).toBe('run.finished')
  // A stream from beyond the end of a finished run has nothing to wait for.
  for await (const batch of sandbox.client().events(run, events.length + 50)) expect(batch).toEqual([])
}
