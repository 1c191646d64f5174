import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OccurrenceView, ScheduleView } from '#core/contract/schedules.ts'
import { openStore } from '#core/store/index.ts'
import { isAlive, openCliSandbox, until, type CliSandbox } from '#test/support/cli-sandbox.ts'

const STEPS = ['parameters: {depth: {type: integer, default: 3}}', 'steps: {a: {command: ["true"]}}']
const ONLY_WHILE = 'a schedule starts runs only while the core runs'

describe('minisub schedule', () => {
  let cli: CliSandbox
  beforeAll(async () => {
    cli = await openCliSandbox()
  })
  afterAll(() => cli[Symbol.asyncDispose]())

  test('an empty list says what to do', async () => {
    expect(await cli.minisub('schedule', 'list')).toMatchObject({
      code: 0,
      stdout: 'no schedules: make one with `minisub schedule add pipeline.yaml --cron "0 6 * * *"`\n',
    })
    expect((await cli.minisub('schedule', 'list', '--json')).stdout).toBe('{\n  "schedules": []\n}\n')
  })

  test('add says when it is due and that this holds only while the core runs', async () => {
    const file = await cli.pipeline('wine', STEPS)
    const added = await cli.minisub('schedule', 'add', file, '--cron', '0 6 1 1 *', '--timezone', 'Europe/Berlin')
    expect(added.code).toBe(0)
    expect(added.stdout).toMatch(/^wine is due next at \d{4}-01-01 06:00 \+01:00\n$/)
    expect(added.stderr).toBe(
      `${ONLY_WHILE}: it stays up while a schedule is not paused, and after a restart of the machine start it with \`minisub serve\`\n`,
    )
  })

  test('add takes every option, and parameters become values', async () => {
    const file = await cli.pipeline('wine', STEPS)
    await writeFile(join(cli.folder, 'values.yaml'), 'depth: 2\n')
    const values = ['--params', 'values.yaml', '-p', 'depth=7']
    const options = '--cron @weekly --name w --timezone UTC --overlap replace --starting-deadline 90s --target process'
    const added = await cli.minisub('schedule', 'add', file, ...options.split(' '), ...values, '--json')
    expect([added.code, added.stderr]).toEqual([0, expect.stringContaining(ONLY_WHILE)])
    expect(JSON.parse(added.stdout)).toMatchObject({
      name: 'w',
      pipeline: 'wine',
      file,
      cron: '@weekly',
      timeZone: 'UTC',
      overlap: 'replace',
      startingDeadlineSeconds: 90,
      parameters: { depth: 7 },
      target: 'process',
      paused: false,
    })
  })

  test('list is a table with local times', async () => {
    const { stdout, stderr } = await cli.minisub('schedule', 'list')
    const [head, ...rows] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^NAME +PIPELINE +CRON +ZONE +NEXT +LAST +MISSED +PAUSED$/)
    expect(rows[0]).toMatch(/^w +wine +@weekly +UTC +\d{4}-\d\d-\d\d 00:00 \+00:00 +- +0 +no$/)
    expect(rows[1]).toMatch(/^wine +wine +0 6 1 1 \* +Europe\/Berlin +\d{4}-01-01 06:00 \+01:00 +- +0 +no$/)
    expect(stderr).toBe(`${ONLY_WHILE}\n`)
  })

  test('show tells of one', async () => {
    const { code, stdout, stderr } = await cli.minisub('schedule', 'show', 'w')
    expect([code, stderr]).toEqual([0, `${ONLY_WHILE}\n`])
    expect(stdout).toMatch(/^overlap +replace$/m)
    expect(stdout).toMatch(/^parameters +depth=7$/m)
    expect(stdout).toMatch(/\n\nit was never due so far\n$/)
    const view = JSON.parse((await cli.minisub('schedule', 'show', 'w', '--json')).stdout)
    expect([view.occurrences, view.next.length]).toEqual([[], 5])
  })

  test('pause, resume and delete', async () => {
    const tell = async (...args: string[]) => {
      const { code, stdout } = await cli.minisub('schedule', ...args)
      return [code, stdout]
    }
    expect(await tell('pause', 'wine')).toEqual([0, 'wine is paused\n'])
    expect(await tell('pause', 'wine')).toEqual([0, 'wine is paused\n'])
    expect((await tell('list'))[1]).toMatch(/^wine .* - +- +0 +yes$/m)
    expect(await tell('resume', 'wine')).toEqual([0, expect.stringMatching(/^wine is due next at .* \+01:00\n$/)])
    expect(await tell('delete', 'w')).toEqual([0, 'deleted w; its runs stay\n'])
    expect(await tell('delete', 'wine', '--json')).toEqual([0, '{\n  "deleted": "wine"\n}\n'])
    expect(await tell('list', '--json')).toEqual([0, '{\n  "schedules": []\n}\n'])
  })

  test('by the interface: an expression is looked at without making a schedule, and a relative path is refused', async () => {
    const client = cli.client()
    const { timeZone, next } = await client.previewSchedule({ cron: '0 0 29 2 *', timeZone: 'utc' })
    expect([timeZone, next.length, next.every((time) => time.slice(4) === '-02-29T00:00:00.000Z')]).toEqual([
      'UTC',
      5,
      true,
    ])
    await expect(client.previewSchedule({ cron: '0 0 30 2 *' })).rejects.toMatchObject({ code: 'invalid_cron' })
    const relative = client.createSchedule({ file: 'wine.yaml', cron: '@daily' })
    await expect(relative).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('what is wrong ends with 2 and one sentence', async () => {
    const file = await cli.pipeline('wrong', STEPS)
    const tell = async (...args: string[]) => {
      const { code, stderr, stdout } = await cli.minisub('schedule', ...args)
      expect(stdout).toBe('')
      return [code, stderr]
    }
    const daily = ['--cron', '@daily']
    expect(await tell('add', file)).toEqual([2, expect.stringContaining("required option '--cron <expr>'")])
    expect(await tell('add', file, '--cron', '0 6 * * * *')).toEqual([
      2,
      'error: the cron expression "0 6 * * * *" is not valid, it has six fields, and there are no seconds: write five fields: minute, hour, day of month, month, day of week\n',
    ])
    expect(await tell('add', file, ...daily, '--timezone', 'Europe/Berln')).toEqual([
      2,
      'error: there is no time zone "Europe/Berln": did you mean "Europe/Berlin"?\n',
    ])
    expect(await tell('add', file, ...daily, '--overlap', 'forbit')).toEqual([
      2,
      'error: --overlap: there is no "forbit": did you mean "forbid"?\n',
    ])
    expect(await tell('add', file, ...daily, '--starting-deadline', '1500ms')).toEqual([
      2,
      expect.stringContaining('--starting-deadline wants whole seconds'),
    ])
    expect(await tell('add', file, ...daily, '-p', 'depth=x')).toEqual([2, expect.stringContaining('"depth"')])
    expect(await tell('add', 'nowhere.yaml', ...daily)).toEqual([2, expect.stringContaining('nowhere.yaml')])
    expect(await tell('show', 'nobody')).toEqual([
      2,
      'error: there is no schedule "nobody": minisub schedule list shows all\n',
    ])
    expect(await tell('pause', '../x')).toEqual([2, expect.stringContaining('not a name of a schedule')])
    expect(await tell()).toEqual([2, 'error: a command is missing: see minisub schedule --help\n'])
  })
})

/** A schedule for every minute, whose core was killed so many minutes ago. */
async function killedCore(cli: CliSandbox, minutes: number): Promise<number> {
  const file = await cli.pipeline('often', STEPS)
  const { code } = await cli.minisub('schedule', 'add', file, '--cron', '* * * * *', '--overlap', 'allow')
  expect(code).toBe(0)
  const pid = cli.corePid()
  process.kill(pid, 'SIGKILL')
  await until('it is dead', () => !isAlive(pid))
  using store = openStore(cli.home)
  const now = Date.now()
  const due = Math.floor(now / 60_000) * 60_000 - minutes * 60_000
  store.db.prepare('UPDATE schedules SET looked_at = ?').run(due)
  // It was killed between the row and the run.
  const { id } = store.db.prepare('SELECT id FROM schedules').get() as { id: string }
  store.db
    .prepare(
      "INSERT OR REPLACE INTO schedule_occurrences VALUES (?, ?, ?, 1, 'starting', ?, '01kc2m3n4p5q6r7s8t9v0wxyza', NULL)",
    )
    .run(id, due, due, due)
  return due
}

async function shown(cli: CliSandbox): Promise<ScheduleView & { occurrences: OccurrenceView[] }> {
  return JSON.parse((await cli.minisub('schedule', 'show', 'often', '--json')).stdout)
}

test('a core that was killed makes up for the latest time, once, and the others are missed', async () => {
  await using cli = await openCliSandbox()
  const due = await killedCore(cli, 30)
  await until('it was started', async () => (await shown(cli)).last?.outcome === 'started')
  await cli.minisub('schedule', 'pause', 'often')
  const { occurrences, missed } = await shown(cli)
  const first = occurrences.at(-1)
  expect(first).toMatchObject({ dueAt: new Date(due).toISOString(), outcome: 'missed', run: null })
  expect(missed).toBe(first?.count)
  expect(missed).toBeGreaterThanOrEqual(30)
  const started = occurrences.filter(({ outcome }) => outcome === 'started')
  // The clock may have come to the next minute by now.
  expect(occurrences).toHaveLength(1 + started.length)
  const { runs } = await cli.client().listRuns()
  expect(new Set(runs.map(({ id }) => id))).toEqual(new Set(started.map(({ run }) => run)))
  const text = (await cli.minisub('schedule', 'show', 'often')).stdout
  expect(text).toMatch(new RegExp(`missed +${missed} times up to \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d \\+`))
  expect(text).toContain(`started  ${started[0]?.run}`)
})

test('a schedule that is not paused keeps an idle core, a paused one does not', async () => {
  await using cli = await openCliSandbox()
  const serve = cli.start('serve', '--idle-exit', '1s', '--json')
  await until('the core is ready', async () => {
    try {
      return cli.corePid() === serve.child.pid
    } catch {
      return false
    }
  })
  const file = await cli.pipeline('kept', STEPS)
  await cli.client().createSchedule({ file, cron: '@yearly', timeZone: 'UTC' })
  const ended = serve.finished.then(() => 'ended')
  expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000, 'there'))])).toBe('there')
  await cli.client().pauseSchedule({ schedule: 'kept' })
  expect(await serve.finished).toMatchObject({ code: 0 })
})
