import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { readAddress } from '#core/api/index.ts'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { objectsOf } from '#test/support/pushed-things.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'

const STEPS = ['parameters: {n: {type: integer, default: 1}}', 'steps: {a: {command: [echo, "${{ parameters.n }}"]}}']

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [['push', 'p.yaml'], "required option '--target <name>' not specified"],
  [['push', '--target', 'lab'], "missing required argument 'file'"],
  [['push', 'none.yaml', '--target', 'lab'], 'there is no file none.yaml'],
  [['push', 'p.yaml', '--target', 'lab'], 'there is no target "lab"'],
  [['push', 'p.yaml', '--target', 'process'], 'process is on this machine, where nothing is pushed to'],
  [['push', 'p.yaml', '--target', 'lab', '--undo', '--remove'], '--undo and --remove are two things'],
  [['push', 'p.yaml', '--target', 'lab', '--undo', '--run'], '--undo pushes nothing: leave out --run'],
  [['push', 'p.yaml', '--target', 'lab', '--remove', '-p', 'n=1'], '--remove pushes nothing: leave out --param'],
  [['push', 'p.yaml', '--target', 'lab', '--schedules'], '--schedules belongs to --remove'],
  [['push', 'p.yaml', '--target', 'lab', '--alone'], '--alone belongs to --remove'],
  [['push', 'p.yaml', '--target', 'lab', '--detach'], '--detach belongs to --run'],
  [['push', 'p.yaml', '--target', 'lab', '--time-zone', 'UTC'], '--time-zone belongs to --schedule'],
  [['push', 'p.yaml', '--target', 'lab', '--schedule-name', 'x'], '--schedule-name belongs to --schedule'],
  [['push', 'p.yaml', '--target', 'process', '--schedule', 'often'], 'often'],
  [['push', 'p.yaml', '--target', 'process', '-p', 'n=x'], 'n'],
  [['push', 'No Name', '--target', 'process', '--undo'], 'there is no file No Name'],
  [['pushed'], "required option '--target <name>' not specified"],
  [['pushed', '--target', 'docker'], 'docker is on this machine'],
]

describe('minisub push', () => {
  let cli: CliSandbox
  beforeAll(async () => {
    cli = await openCliSandbox()
    await cli.pipeline('p', STEPS)
  })
  afterAll(() => cli[Symbol.asyncDispose]())

  test.each(REFUSED)('%j is refused', async (args, words) => {
    const { code, stdout, stderr } = await cli.minisub(...args)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)])
  })
})

describeWithKubernetes('minisub push to a cluster', () => {
  const name = `push-cli-${Date.now().toString(36)}`
  const where = [`${name}.yaml`, '--target', 'lab'] as const
  const cron = ['--schedule', '0 6 1 1 *', '--time-zone', 'Europe/Berlin'] as const
  let cli: CliSandbox
  beforeAll(async () => {
    cli = await openCliSandbox()
    const { artifacts } = labProfile(name)
    await cli.minisubWith(lab.accessKey, 'secret', 'set', artifacts.accessKey.secret, artifacts.accessKey.key)
    await cli.minisubWith(lab.secretKey, 'secret', 'set', artifacts.secretKey.secret, artifacts.secretKey.key)
    await cli.client().addTarget({ name: 'lab', profile: labProfile(name) })
    await cli.pipeline(name, STEPS)
  })
  afterAll(async () => {
    await cli.minisub('push', ...where, '--remove', '--schedules')
    await cli[Symbol.asyncDispose]()
  })

  test('an empty list says what to do', async () => {
    const hint = 'nothing was pushed to lab: do it with `minisub push pipeline.yaml --target lab`\n'
    expect(await cli.minisub('pushed', '--target', 'lab')).toMatchObject({ code: 0, stdout: hint })
    expect(JSON.parse((await cli.minisub('pushed', '--target', 'lab', '--json')).stdout)).toEqual({
      pushed: [],
      faults: [],
    })
  })

  test('says what was made and sent, and the second time that all was there', async () => {
    const first = await cli.minisub('push', ...where)
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('uploaded ')])
    expect(first.stdout).toMatch(
      new RegExp(`^pushed ${name} on lab as ${name}-\\S+\n  made       WorkflowTemplate ${name}-\\S+\n`),
    )
    const again = await cli.minisub('push', ...where)
    expect([again.code, again.stderr]).toEqual([0, ''])
    expect(again.stdout).toContain('was pushed before, by ')
    expect(again.stdout).toContain(`  was there  WorkflowTemplate ${name}-`)
    expect(again.stdout).toContain('  sent       0 B to the bucket, 0 B to the registry\n')
  })

  test('says how another version differs, and goes back to the one before', async () => {
    const { stdout } = await cli.minisub('push', ...where, '-p', 'n=2')
    expect(stdout).toContain('changed since the version before:\n  ~ parameter n: 1 -> 2\n')
    const list = (await cli.minisub('pushed', '--target', 'lab')).stdout
    const [head, one, two] = list.split('\n')
    expect(head).toMatch(/^ +PIPELINE +TEMPLATE +DIGEST +BY +AT +SCHEDULES$/)
    expect(one).toMatch(
      new RegExp(`^\\*  ${name}  ${name}-\\S+  [0-9a-f]{12}  \\S+@\\S+ +\\d{4}-\\d\\d-\\d\\d [\\d:]+ +-$`),
    )
    expect(two).toMatch(new RegExp(`^   ${name} `))
    expect((await cli.minisub('push', ...where, '--undo')).stdout).toContain(`${name} on lab is ${name}-`)
    const over = await cli.minisub('push', name, '--target', 'lab', '--undo')
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('there is no version of')])
  })

  test('with --run follows the run, of which the second is cached', async () => {
    const ran = await cli.minisub('push', ...where, '--run', '--json')
    expect([ran.code, JSON.parse(ran.stdout).status]).toEqual([0, 'succeeded'])
    const again = await cli.minisub('push', ...where, '--run')
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('1 cached')])
    await writeFile(join(cli.folder, 'more.txt'), 'more code\n')
    const { stdout, stderr } = await cli.minisub('push', ...where, '--run', '--detach')
    expect([stdout, stderr]).toEqual([
      expect.stringMatching(/^[0-9a-z]{26}\n$/),
      expect.stringContaining('+ code more.txt: '),
    ])
  })

  test('with --schedule makes one, once, which the list names and which a removal asks for', async () => {
    expect((await cli.minisub('push', ...where, ...cron)).stdout).toContain(`  made       schedule ${name}\n`)
    expect((await cli.minisub('push', ...where, ...cron)).stdout).toContain(`  was there  schedule ${name}\n`)
    expect((await cli.minisub('pushed', '--target', 'lab')).stdout).toMatch(new RegExp(`^\\* .* ${name}$`, 'm'))
    const [before] = (await cli.client().listSchedules({})).schedules
    const later = await cli.minisub('push', ...where, '--schedule', '0 7 1 1 *', '--json')
    expect(JSON.parse(later.stdout)).toMatchObject({ changed: false, schedule: { name, changed: true } })
    const { schedules } = await cli.client().listSchedules({})
    expect(schedules.map((it) => it.cron)).toEqual(['0 7 1 1 *'])
    expect(schedules[0]?.id).not.toBe(before?.id)
    const wrong = await cli.minisub('push', ...where, '--schedule', 'often')
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
    const kept = await cli.minisub('push', ...where, '--remove')
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining(`the schedule ${name} starts ${name} on lab`)])
  })

  test('by a program is noted with the name of its token', async () => {
    const { token } = await cli.client().createToken({ name: 'nightly-build' })
    const url = readAddress(cli.home)?.url ?? ''
    const file = await cli.pipeline(name, ['steps: {a: {command: ["true"]}}'])
    const { version } = await createClient({ url, token }).push({ file, target: 'lab' })
    expect(version.pushedBy).toMatch(/^nightly-build@/)
  })

  test('with --remove leaves nothing, and says what stays in the registry', async () => {
    const { code, stdout } = await cli.minisub('push', ...where, '--remove', '--schedules')
    expect([code, stdout]).toEqual([0, expect.stringContaining(`removed ${name} from lab: 3 versions, `)])
    expect(stdout).toContain(`  deleted the schedule ${name}\n`)
    expect(stdout).toMatch(/^ {2}the image \S+ stays in the registry$/m)
    expect(await objectsOf(name)).toEqual([])
    expect((await cli.client().listSchedules({})).schedules).toEqual([])
    const again = await cli.minisub('push', name, '--target', 'lab', '--remove')
    expect([again.code, again.stdout]).toEqual([0, `nothing of ${name} was pushed to lab\n`])
  })
})
