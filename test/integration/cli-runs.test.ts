import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCliSandbox, runOf, until, type CliSandbox } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
let words: string
let slow: string

beforeAll(async () => {
  cli = await openCliSandbox()
  words = await cli.pipeline('words', [
    'parameters:',
    '  words: {type: list, items: string, default: [ada, grace]}',
    '  code: {type: integer, default: 0}',
    'steps:',
    '  greet:',
    '    forEach: {word: "${{ parameters.words }}"}',
    '    command: [sh, -c, "echo hello $1; echo $1 > $MINISUB_OUTPUTS/card; printf %s ${#1} > $MINISUB_OUTPUTS/letters", sh, "${{ each.word }}"]',
    '    outputs: {card: {type: file}, letters: {type: integer}}',
    '  book:',
    '    inputs: {cards: "${{ steps.greet.outputs.card }}"}',
    '    command: [sh, -c, "mkdir $MINISUB_OUTPUTS/pages; cat $MINISUB_INPUTS/cards/* > $MINISUB_OUTPUTS/pages/all; for i in $(seq 30); do echo line $i; done; echo oops >&2; exit $1", sh, "${{ parameters.code }}"]',
    '    outputs: {pages: {type: folder}}',
    'outputs: {letters: "${{ steps.greet.outputs.letters }}"}',
  ])
  slow = await cli.pipeline('slow', [
    'steps:',
    '  sleep: {command: [sh, -c, "echo begun; exec sleep 60"], cache: false}',
  ])
})
afterAll(() => cli[Symbol.asyncDispose]())

describe('minisub run', () => {
  test('--json prints one RunView on stdout, the progress as plain lines on stderr, and ends with 0', async () => {
    const finished = await cli.minisub('run', words, '--json')
    expect(finished.code).toBe(0)
    const run = runOf(finished)
    expect(run).toMatchObject({
      pipeline: 'words',
      target: 'process',
      status: 'succeeded',
      outputs: { letters: [3, 5] },
    })
    expect(run.steps.map((step) => [step.name, step.item?.index ?? null, step.status])).toEqual([
      ['greet', 0, 'succeeded'],
      ['greet', 1, 'succeeded'],
      ['book', null, 'succeeded'],
    ])
    expect(finished.stderr).toMatch(/^\d\d:\d\d:\d\d greet\[1\] succeeded in \d+\.\d\d s$/m)
    expect(finished.stderr).not.toContain('\u001b')
    expect(runOf(await cli.minisub('show', run.id, '--json'))).toEqual(run)
  })

  test('takes parameters from a file and from the command line, which wins', async () => {
    await writeFile(join(cli.folder, 'values.yaml'), 'words: [x]\ncode: 0\n')
    const fromFile = runOf(await cli.minisub('run', words, '--params', 'values.yaml', '--json'))
    expect(fromFile.outputs).toEqual({ letters: [1] })
    const overridden = runOf(
      await cli.minisub('run', words, '--params', 'values.yaml', '-p', 'words=["four"]', '--json'),
    )
    expect(overridden.outputs).toEqual({ letters: [4] })
  })

  test('is cached the second time, and not with --no-cache', async () => {
    await cli.minisub('run', words)
    const again = runOf(await cli.minisub('run', words, '--json'))
    expect(new Set(again.steps.map((step) => step.status))).toEqual(new Set(['cached']))
    const anew = runOf(await cli.minisub('run', words, '--json', '--no-cache'))
    expect(new Set(anew.steps.map((step) => step.status))).toEqual(new Set(['succeeded']))
  })

  test('a failure ends with 1 and shows the reason, the last 20 lines of the log and the command for more', async () => {
    const { code, stdout, stderr } = await cli.minisub('run', words, '-p', 'code=3')
    expect(code).toBe(1)
    expect(stderr).toContain('book failed: exit code 3\n')
    expect(stderr.match(/^ {2}\| /gm)).toHaveLength(20)
    expect(stderr).toContain('  | line 30\n')
    const id = /^words (\S+) failed in /m.exec(stdout)?.[1] ?? ''
    expect(stderr).toContain(`whole log: minisub logs ${id} book\n`)
    expect(stdout).toContain(`go on from here: minisub resume ${id}\n`)
  })

  test('wrong input ends with 2: pipeline, parameter, target, file, run', async () => {
    const wrong = await cli.pipeline('wrong', ['steps:', '  a: {comand: ["true"]}'])
    const { code, stdout, stderr } = await cli.minisub('run', wrong, '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'document_invalid', issues: expect.any(Array) } })
    expect(stderr).toContain(`${wrong}:6:9: unknown key "comand"`)
    const codes = await Promise.all([
      cli.minisub('run', words, '-p', 'wrods=1'),
      cli.minisub('run', words, '-p', 'code=x'),
      cli.minisub('run', words, '--target', 'moon'),
      cli.minisub('run', 'none.yaml'),
      cli.minisub('show', 'zzzz'),
    ])
    expect(codes.map((finished) => finished.code)).toEqual([2, 2, 2, 2, 2])
    expect(codes[0]?.stderr).toBe('error: unknown parameter "wrods": did you mean "words"?\n')
  })
})

describe('what a run left', () => {
  let id = ''
  beforeAll(async () => {
    id = runOf(await cli.minisub('run', words, '--json', '--no-cache')).id
  })

  test('logs: of an item, of a step, of all steps in order, as JSON', async () => {
    expect((await cli.minisub('logs', id, 'greet[1]')).stdout).toBe('hello grace\n')
    expect((await cli.minisub('logs', id, 'greet', '--item', '0')).stdout).toBe('hello ada\n')
    const { stdout } = await cli.minisub('logs', id)
    expect(stdout.split('\n').slice(0, 3)).toEqual(['greet[0] | hello ada', 'greet[1] | hello grace', 'book | line 1'])
    const line = JSON.parse((await cli.minisub('logs', id, 'greet[0]', '--json')).stdout)
    expect(line).toMatchObject({ step: 'greet', item: 0, attempt: 1, stream: 'stdout', text: 'hello ada' })
    expect(await cli.minisub('logs', id, 'gret')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "greet"?'),
    })
  })

  test('artifacts: as a table, as JSON, and saved as they are, never over something else', async () => {
    expect((await cli.minisub('artifacts', id)).stdout).toMatch(/^greet\[0\] +card +file /m)
    const { artifacts } = JSON.parse((await cli.minisub('artifacts', id, '--json')).stdout)
    expect(artifacts).toHaveLength(5)
    const saved = await cli.minisub('artifacts', id, '--save', 'saved')
    expect([saved.code, saved.stdout]).toEqual([0, 'saved 5 files to saved\n'])
    expect(await readFile(join(cli.folder, 'saved', 'greet', 'card', '1'), 'utf8')).toBe('grace\n')
    expect(await readFile(join(cli.folder, 'saved', 'greet', 'letters', '1.json'), 'utf8')).toBe('5\n')
    expect(await readFile(join(cli.folder, 'saved', 'book', 'pages', 'all'), 'utf8')).toBe('ada\ngrace\n')
    expect((await cli.minisub('artifacts', id, '--save', 'saved')).code).toBe(2)
  })

  test('why: the cache, the command and the end of one step run', async () => {
    expect((await cli.minisub('why', id, 'greet[1]')).stdout).toMatch(/^status +succeeded$/m)
    expect(JSON.parse((await cli.minisub('why', id, 'book', '--json')).stdout)).toMatchObject({
      view: { name: 'book', exitCode: 0 },
    })
    expect((await cli.minisub('why', id, 'greet')).code).toBe(2)
  })

  test('runs: newest first, by status and pipeline, at most as many as asked', async () => {
    const { runs } = JSON.parse((await cli.minisub('runs', '--limit', '2', '--json')).stdout)
    expect(runs).toHaveLength(2)
    expect(runs[0].id).toBe(id)
    const failed = JSON.parse(
      (await cli.minisub('runs', '--status', 'failed', '--pipeline', 'words', '--json')).stdout,
    ).runs
    expect(failed.map((run: { status: string }) => run.status)).toEqual(['failed'])
    const found = JSON.parse((await cli.minisub('runs', '--search', id.slice(0, 20), '--json')).stdout).runs
    expect(found.map((run: { id: string }) => run.id)).toContain(id)
    expect((await cli.minisub('runs', '--search', 'no such name')).stdout).toBe('no runs\n')
    expect((await cli.minisub('runs', '--status', 'fialed')).stderr).toContain('did you mean "failed"?')
  })
})

describe('stopping and going on', () => {
  test('--detach prints the run at its start; cancel ends it; resume goes on and Ctrl-C cancels with 130', async () => {
    const detached = await cli.minisub('run', slow, '--detach', '--json')
    expect(detached.code).toBe(0)
    const { id, status } = runOf(detached)
    expect(['pending', 'running']).toContain(status)
    const cancelled = await cli.minisub('cancel', id, '--json')
    expect([cancelled.code, runOf(cancelled).status]).toEqual([0, 'cancelled'])
    const again = await cli.minisub('cancel', id)
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is over')])

    const resumed = cli.start('resume', id, '--json')
    await until('the step runs', () => resumed.stderr().includes('sleep started'))
    resumed.child.kill('SIGINT')
    const finished = await resumed.finished
    expect([finished.code, runOf(finished).status]).toEqual([130, 'cancelled'])
    expect(runOf(finished).id).not.toBe(id)
  })

  test('logs --follow goes on until the step has ended', async () => {
    const { id } = runOf(await cli.minisub('run', slow, '--detach', '--json'))
    const [step, all] = [cli.start('logs', id, 'sleep', '--follow'), cli.start('logs', id, '--follow')]
    await until('the step runs', async () => (await cli.client().showRun({ run: id })).steps[0]?.status === 'running')
    await cli.minisub('cancel', id)
    expect(await step.finished).toMatchObject({ code: 0, stdout: 'begun\n' })
    expect(await all.finished).toMatchObject({ code: 0, stdout: 'sleep | begun\n' })
  })

  test('resume takes over what succeeded, and with --with-code what is still the same', async () => {
    const failed = runOf(await cli.minisub('run', words, '-p', 'code=4', '--no-cache', '--json'))
    const resumed = await cli.minisub('resume', failed.id, '--json')
    expect(resumed.code).toBe(1)
    expect(runOf(resumed).steps.map((step) => step.status)).toEqual(['cached', 'cached', 'failed'])
    expect(existsSync(join(cli.folder, 'words.lock.json'))).toBe(false)
    expect((await cli.minisub('resume', failed.id, '--with-code', '--json')).code).toBe(1)
  })
})

describe('what a run was like', () => {
  test('usage: times and requests as a table and as JSON; --apply writes what is better, once', async () => {
    const file = await cli.pipeline('asks', [
      'steps:',
      '  a: {command: [sh, -c, "sleep 0.3"], resources: {memory: 64Gi}} # much',
    ])
    const run = runOf(await cli.minisub('run', file, '--json', '--no-cache')).id
    const { stdout } = await cli.minisub('usage', run)
    expect(stdout).toMatch(new RegExp(`^run ${run} took \\d`))
    expect(stdout).toMatch(/^a +1 +\d.* 68\.7 GB/m)
    const { steps } = JSON.parse((await cli.minisub('usage', run, '--json')).stdout)
    const proposal: { memory: string | null } | null = steps[0].proposal
    const applied = await cli.minisub('usage', run, '--apply', '--step', 'a')
    const text = await readFile(file, 'utf8')
    if (proposal === null) {
      expect(applied.stdout).toBe('nothing to write: the requests are good, or too little is known\n')
      return
    }
    expect(applied.stdout).toBe(`wrote ${file}\na: memory ${proposal.memory}\n`)
    expect(text).toContain(`resources: {memory: ${proposal.memory}}} # much\n`)
    expect(await cli.minisub('usage', run, '--apply')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is another one now') as unknown,
    })
  })

  test('why, and the end of a run: what happened, the cause and the fix of a step that failed', async () => {
    const file = await cli.pipeline('calls', ['steps:', '  a: {command: [sh, -c, "echo one; pyhton-of-nobody"]}'])
    const finished = await cli.minisub('run', file, '--json')
    const sentence = 'The command of the step calls pyhton-of-nobody, which is not there.'
    expect(finished.stderr).toContain(`\n  ${sentence}\n`)
    const run = runOf(finished).id
    const { stdout } = await cli.minisub('why', run, 'a')
    expect(stdout).toMatch(new RegExp(`^happened +${sentence}$`, 'm'))
    expect(stdout).toMatch(/^fix +Add what brings pyhton-of-nobody to /m)
    expect(stdout).toMatch(/^log line +2: .*pyhton-of-nobody/m)
    expect(JSON.parse((await cli.minisub('why', run, 'a', '--json')).stdout)).toMatchObject({
      view: { status: 'failed' },
      failure: { attempt: 1, explanation: { id: 'command-missing-inside', logLine: 2 } },
    })
  })
})
