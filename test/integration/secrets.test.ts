import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { isAlive, openCliSandbox, runOf, until, type CliSandbox } from '#test/support/cli-sandbox.ts'

const VALUE = 'correct-horse-battery-22'
const LINES = ['-----BEGIN KEY-----', 'MIIEvQIBADANBgkq', 'c3RhcGxlLWNvcnJl', '-----END KEY-----', ''].join('\n')
/** Pieces of both that must stand nowhere. */
const PIECES = ['correct-horse', 'MIIEvQIBADANBgkq', 'c3RhcGxlLWNvcnJl']

/** Files below a folder that hold one of the pieces, in plain, as UTF-16, base64 or hex. */
async function leaksIn(folder: string): Promise<string[]> {
  const forms = PIECES.flatMap((piece) => [
    Buffer.from(piece),
    Buffer.from(piece, 'utf16le'),
    Buffer.from(Buffer.from(piece).toString('hex')),
    Buffer.from(Buffer.from(piece).toString('base64').slice(0, 12)),
  ])
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) })))
  return read.filter(({ bytes }) => forms.some((form) => bytes.includes(form))).map(({ file }) => file)
}

/** Command lines of this machine that hold one of the pieces; Linux only. */
function argumentsWithPieces(): string[] {
  return globSync('/proc/[0-9]*/cmdline').flatMap((file) => {
    try {
      const text = readFileSync(file, 'utf8')
      return PIECES.some((piece) => text.includes(piece)) ? [text] : []
    } catch {
      // It has ended meanwhile.
      return []
    }
  })
}

const USE = 'secrets: {TOKEN: {secret: api, key: token}, KEY: {secret: api, key: tls.key}}'

async function setBoth(sandbox: CliSandbox): Promise<void> {
  expect((await sandbox.minisubWith(`${VALUE}\n`, 'secret', 'set', 'api', 'token')).code).toBe(0)
  expect((await sandbox.minisubWith(LINES, 'secret', 'set', 'api', 'tls.key')).code).toBe(0)
}

describe('minisub secret', () => {
  test('takes a value from stdin, says where it is kept, lists it without the value, and deletes it', async () => {
    await using sandbox = await openCliSandbox()
    const set = await sandbox.minisubWith(`${VALUE}\n`, 'secret', 'set', 'api', 'token')
    const file = join(sandbox.home, 'secrets.json')
    expect(set).toMatchObject({
      code: 0,
      stdout: `api/token is kept encrypted in ${file}: who can read your files can read it\n`,
    })
    const json = await sandbox.minisubWith(`${VALUE}\r\n`, 'secret', 'set', 'api', 'two', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'api', key: 'two', store: 'file' })
    const list = await sandbox.minisub('secret', 'list')
    expect(list.stdout).toMatch(
      /^NAME +KEY +KEPT IN +SET\napi +token +file +2.*\napi +two +file +2.*\n\na new value is kept encrypted in .*secrets.json: who can read your files can read it\n$/,
    )
    const view = JSON.parse((await sandbox.minisub('secret', 'list', '--json')).stdout)
    expect(view).toMatchObject({
      store: 'file',
      keychain: null,
      app: null,
      file,
      secrets: [{ key: 'token' }, { key: 'two' }],
    })
    expect((await sandbox.minisub('secret', 'delete', 'api', 'two')).stdout).toBe('deleted api/two\n')
    expect((await sandbox.minisub('secret', 'delete', 'api')).stdout).toBe('deleted api\n')
    expect((await sandbox.minisub('secret', 'list')).stdout).toBe(
      'no secrets: set one with `minisub secret set NAME KEY`\n',
    )
    expect(await sandbox.minisub('secret', 'delete', 'api')).toMatchObject({
      code: 2,
      stderr: 'error: there is no secret api\n',
    })
    expect(await leaksIn(sandbox.home)).toEqual([])
  })

  test('refuses a value on the command line, and says nothing of it', async () => {
    await using sandbox = await openCliSandbox()
    for (const rest of [[VALUE], [`--value=${VALUE}`], ['--value', VALUE], ['--', VALUE]]) {
      const refused = await sandbox.minisub('secret', 'set', 'api', 'token', ...rest)
      expect(refused).toMatchObject({ code: 2, stdout: '' })
      expect(refused.stderr).toMatch(/^error: a value on the command line can be read by every program .* stdin\n$/)
    }
    expect(existsSync(sandbox.home)).toBe(false)
  })

  test.each([
    ['nothing', '', 'it is empty'],
    ['a line break alone', '\n', 'it is empty'],
    ['NUL', `${VALUE}\0`, 'NUL character'],
    ['bytes that are no text', Buffer.from([0x63, 0xff]), 'not UTF-8'],
    ['too much', VALUE.repeat(5_000), 'more than 98304 bytes'],
  ])('refuses %s from stdin', async (_name, input, message) => {
    await using sandbox = await openCliSandbox()
    const refused = await sandbox.minisubWith(input, 'secret', 'set', 'api', 'token')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(message)
    expect(refused.stderr).not.toContain('horse')
    if (existsSync(sandbox.home)) expect(await leaksIn(sandbox.home)).toEqual([])
  })
})

describe('a step with secrets', () => {
  test('is refused by a run that cannot have them, with the command that sets the missing one', async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('secret', ['steps:', `  use: {command: ["true"], ${USE}}`])
    expect(await sandbox.minisub('run', file)).toMatchObject({
      code: 2,
      stderr: 'error: the secret api has no key token here: set it with `minisub secret set api token`\n',
    })
    expect(JSON.parse((await sandbox.minisub('runs', '--json')).stdout).runs).toEqual([])
  })

  /** Starts a run whose step waits for the file `go` of the run's folder; returns when it has printed. */
  async function startWaiting(sandbox: CliSandbox, lines: readonly string[]) {
    const file = await sandbox.pipeline('secret', lines)
    const { id } = runOf(await sandbox.minisub('run', file, '--detach', '--json'))
    const run = join(sandbox.home, 'runs', id)
    const stdout = () => globSync(join(run, 'use.*', 'stdout'))[0]
    await until('the step has printed', () => readFileSync(stdout() ?? '/dev/null', 'utf8').includes('waiting'))
    const [control = ''] = globSync(join(run, 'use.*'))
    const go = () => writeFile(join(run, 'go'), '')
    const end = async () => {
      await until('the run has ended', async () => (await sandbox.client().showRun({ run: id })).finishedAt !== null)
      return sandbox.client().showRun({ run: id })
    }
    return { id, control, go, end }
  }

  const WAIT = 'echo waiting; until test -e "$HOME/../../go"; do sleep 0.05; done'
  const step = (script: string): string =>
    `  use: {command: [sh, -c, ${JSON.stringify(script)}], retry: {limit: 1}, ${USE}}`

  test('gets them as variables; they are in no argument, event, answer, log or file of the data folder', async () => {
    vi.stubEnv('NODE_OPTIONS', '--report-on-signal')
    await using sandbox = await openCliSandbox()
    vi.unstubAllEnvs()
    await setBoth(sandbox)
    const script = `test \${#TOKEN} = 24 || exit 3; echo "got $TOKEN!"; echo "$KEY" >&2; printf "%s" "$TOKEN"; echo; ${WAIT}`
    const { id, control, go, end } = await startWaiting(sandbox, ['steps:', step(script)])
    expect(argumentsWithPieces()).toEqual([])
    const raw = ['stdout', 'stderr'].map((name) => join(control, name))
    // What was printed is in the raw files as it was until it is merged and they go.
    expect((await leaksIn(sandbox.home)).toSorted()).toEqual(raw.toSorted())
    for (const file of [...raw, join(control, 'hidden-values.json')]) expect(statSync(file).mode & 0o777).toBe(0o600)
    process.kill(sandbox.corePid(), 'SIGUSR2')
    await until('the core has written a diagnostic report', () => globSync(join(sandbox.home, 'report.*')).length > 0)
    await go()
    expect(await end()).toMatchObject({ status: 'succeeded' })
    const logs = await sandbox.minisub('logs', id, 'use')
    expect(logs.stdout).toContain('got ***!')
    expect(logs.stdout.match(/\*\*\*/g)).toHaveLength(6)
    const answers = await Promise.all([
      sandbox.minisub('show', id, '--json'),
      sandbox.minisub('why', id, 'use', '--json'),
      sandbox.minisub('logs', id, '--json'),
      sandbox.minisub('secret', 'list', '--json'),
      sandbox.client().openapi(),
    ])
    const told = JSON.stringify(answers)
    for (const piece of PIECES) expect(told).not.toContain(piece)
    expect(existsSync(join(control, 'hidden-values.json'))).toBe(false)
    expect(await leaksIn(sandbox.home)).toEqual([])
  })

  test('goes on with what it has while they are set anew or deleted; the next attempt has no more', async () => {
    await using sandbox = await openCliSandbox()
    await setBoth(sandbox)
    const script = `echo "got $TOKEN"; ${WAIT}; echo "still $TOKEN"; exit 1`
    const { id, go, end } = await startWaiting(sandbox, ['steps:', step(script)])
    await sandbox.minisubWith('quite another one', 'secret', 'set', 'api', 'token')
    await sandbox.minisub('secret', 'delete', 'api', 'tls.key')
    await go()
    const { status, steps } = await end()
    expect(status).toBe('failed')
    expect(steps[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(
        'the secret api has no key tls.key here: set it with `minisub secret set api tls.key`',
      ),
    })
    const { stdout } = await sandbox.minisub('logs', id, 'use', '--attempt', '1')
    expect(stdout).toContain('still ***')
    expect(await leaksIn(sandbox.home)).toEqual([])
  })

  test('is hidden by a later core too, though they were deleted and the core before was killed', async () => {
    await using sandbox = await openCliSandbox()
    await setBoth(sandbox)
    const { id, go, end } = await startWaiting(sandbox, ['steps:', step(`${WAIT}; echo "late $TOKEN"`)])
    await sandbox.minisubWith('quite another one', 'secret', 'set', 'api', 'token')
    await sandbox.minisub('secret', 'delete', 'api', 'tls.key')
    const killed = sandbox.corePid()
    process.kill(killed, 'SIGKILL')
    await until('the core is gone', () => !isAlive(killed))
    await go()
    await sandbox.minisub('runs')
    expect(await end()).toMatchObject({ status: 'succeeded' })
    expect((await sandbox.minisub('logs', id, 'use')).stdout).toContain('late ***')
    expect(await leaksIn(sandbox.home)).toEqual([])
  })

  test('takes what an earlier version kept in plain files, which then are gone', async () => {
    await using sandbox = await openCliSandbox()
    await mkdir(join(sandbox.home, 'secrets', 'api'), { recursive: true })
    await writeFile(join(sandbox.home, 'secrets', 'api', 'token'), `${VALUE}\n`, { mode: 0o600 })
    await writeFile(join(sandbox.home, 'secrets', 'api', 'tls.key'), LINES, { mode: 0o600 })
    const file = await sandbox.pipeline('secret', ['steps:', step('test ${#TOKEN} = 24')])
    expect(await sandbox.minisub('run', file)).toMatchObject({ code: 0 })
    expect(existsSync(join(sandbox.home, 'secrets'))).toBe(false)
    expect(await leaksIn(sandbox.home)).toEqual([])
  })
})
