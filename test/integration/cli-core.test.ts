import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAlive, openCliSandbox, runOf, until } from '#test/support/cli-sandbox.ts'

const STEPS = [
  'steps:',
  '  a: {command: [sh, -c, "echo one; sleep 3; echo two"]}',
  '  b: {needs: [a], command: ["true"]}',
]

test('two commands that start at once end up with one core', async () => {
  await using cli = await openCliSandbox()
  const results = await Promise.all([cli.minisub('runs'), cli.minisub('runs'), cli.minisub('runs')])
  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ])
  const ready = (await readFile(join(cli.home, 'core.out'), 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('{"url"'))
  expect(ready.map((line) => JSON.parse(line).pid)).toEqual([cli.corePid()])
})

test('a core that is killed during a run is started again, and the run goes on as if nothing had been', async () => {
  await using cli = await openCliSandbox()
  const run = cli.start('run', await cli.pipeline('killed', STEPS), '--json')
  await until('the step runs', () => run.stderr().includes('a started'))
  const first = cli.corePid()
  process.kill(first, 'SIGKILL')
  const finished = await run.finished
  expect(finished.code).toBe(0)
  expect(cli.corePid()).not.toBe(first)
  const view = runOf(finished)
  expect(view.steps.map(({ name, status, attempts }) => [name, status, attempts])).toEqual([
    ['a', 'succeeded', 1],
    ['b', 'succeeded', 1],
  ])
  expect(finished.stderr).toContain('the core is gone: starting it again\n')
  expect(finished.stderr.match(/ a (started|succeeded)/g)).toEqual([' a started', ' a succeeded'])
  expect((await cli.minisub('logs', view.id, 'a')).stdout).toBe('one\ntwo\n')
})

test('serve --json says in one line where it is, and SIGTERM stops it; its run is taken up by the next core', async () => {
  await using cli = await openCliSandbox()
  const serve = cli.start('serve', '--json')
  let line = ''
  serve.child.stdout?.on('data', (chunk: Buffer) => (line += chunk.toString('utf8')))
  await until('the core is ready', () => line.endsWith('\n'))
  const { url, tokenFile, pid } = JSON.parse(line)
  expect([url, tokenFile, pid]).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    join(cli.home, 'token'),
    serve.child.pid,
  ])
  const { id } = runOf(await cli.minisub('run', await cli.pipeline('kept', STEPS), '--detach', '--json'))
  await until('the step runs', async () => (await cli.client().showRun({ run: id })).steps[0]?.status === 'running')
  const refused = await cli.minisub('serve')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(url)])
  serve.child.kill('SIGTERM')
  expect(await serve.finished).toMatchObject({ code: 0, stderr: '' })

  await cli.minisub('logs', id, '--follow')
  await until('the run has ended', async () => (await cli.client().showRun({ run: id })).status === 'succeeded')
  expect(cli.client()).toBeDefined()
  expect(JSON.parse(await readFile(join(cli.home, 'address.json'), 'utf8')).url).toBe(url)
})

test('serve ends by itself when nobody uses it for the time of --idle-exit', async () => {
  await using cli = await openCliSandbox()
  const serve = cli.start('serve', '--idle-exit', '300ms', '--json')
  const finished = await serve.finished
  expect([finished.code, finished.stderr]).toEqual([0, ''])
  expect(isAlive(JSON.parse(finished.stdout).pid)).toBe(false)
})

test('a second Ctrl-C leaves at once, and the run ends by itself', async () => {
  await using cli = await openCliSandbox()
  const stubborn = [
    'steps:',
    `  a: {command: [sh, -c, "trap '' TERM INT; echo on; for i in 1 2 3 4 5 6 7 8; do sleep 1; done"]}`,
  ]
  const run = cli.start('run', await cli.pipeline('stubborn', stubborn))
  await until('the step runs', () => run.stderr().includes('a started'))
  run.child.kill('SIGINT')
  await until('the wish is known', () => run.stderr().includes('is being cancelled'))
  run.child.kill('SIGINT')
  expect((await run.finished).code).toBe(130)
  const [row] = (await cli.client().listRuns()).runs
  await until(
    'the run has ended',
    async () => (await cli.client().showRun({ run: row?.id ?? '' })).status === 'cancelled',
  )
})
