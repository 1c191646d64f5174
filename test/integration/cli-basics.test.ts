import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'

const SCRIPT = fileURLToPath(new URL('../../core/cli/minisub.js', import.meta.url))
let cli: CliSandbox

beforeAll(async () => {
  cli = await openCliSandbox()
})
afterAll(() => cli[Symbol.asyncDispose]())

describe('help and usage', () => {
  const commands =
    'run resume validate digest lock runs show cancel why logs artifacts env schedule serve doctor init'.split(' ')

  test('--help names every command', async () => {
    const { code, stdout } = await cli.minisub('--help')
    expect(code).toBe(0)
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
  })

  test('every command has help with examples', async () => {
    for (const command of commands) {
      const { code, stdout } = await cli.minisub(command, '--help')
      expect([command, code]).toEqual([command, 0])
      expect(stdout).toMatch(/Examples:\n {2}\$ minisub /)
    }
  })

  test('wrong usage ends with 2, one sentence and what was meant', async () => {
    const tell = async (...args: string[]) => {
      const { code, stderr } = await cli.minisub(...args)
      return [code, stderr]
    }
    expect(await tell('rnu')).toEqual([2, "error: unknown command 'rnu': did you mean run?\n"])
    expect(await tell('runs', '--limti', '3')).toEqual([2, "error: unknown option '--limti': did you mean --limit?\n"])
    expect(await tell('run')).toEqual([2, "error: missing required argument 'file': see minisub run --help\n"])
    expect(await tell('env')).toEqual([2, 'error: a command is missing: see minisub env --help\n'])
    expect(await tell('runs', '--limit', 'x')).toEqual([
      2,
      'error: --limit wants a whole number of at least 1 and got "x"\n',
    ])
    const { stdout } = await cli.minisub('show', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage' } })
  })
})

describe('the launcher', () => {
  test('refuses a Node that is too old in one sentence', async () => {
    const folder = join(cli.folder, 'elsewhere', 'core', 'cli')
    await mkdir(folder, { recursive: true })
    await copyFile(SCRIPT, join(folder, 'minisub.mjs'))
    await writeFile(join(folder, 'old.cjs'), pretend('18.1.0'))
    const { status, stderr } = spawnSync(process.execPath, [
      '-r',
      join(folder, 'old.cjs'),
      join(folder, 'minisub.mjs'),
      'runs',
    ])
    expect(status).toBe(2)
    expect(stderr.toString()).toBe(
      'error: minisub needs Node 24 or newer and this is Node 18.1.0: run `npm ci` and then `npx minisub` in the checkout, which brings Node 24\n',
    )
  })

  test("runs again with the checkout's own Node, with the same output and exit code", async () => {
    await writeFile(join(cli.folder, 'old.cjs'), pretend('20.19.0'))
    const call = (...args: string[]) =>
      spawnSync(process.execPath, ['-r', join(cli.folder, 'old.cjs'), SCRIPT, ...args], { cwd: '/' })
    expect(call('--version').stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(call('rnu').status).toBe(2)
  })

  test('can be parsed by an old Node: no syntax newer than ES2020', async () => {
    const source = await readFile(SCRIPT, 'utf8')
    expect(source).not.toMatch(/\?\?=|\|\|=|&&=|^await |\.at\(|node:/m)
  })
})

describe('validate and digest', () => {
  test('need no core and no data folder', async () => {
    const file = await cli.pipeline('fine', ['steps:', '  a: {command: ["true"]}'])
    const valid = await cli.minisub('validate', file, '--json')
    expect(valid.code).toBe(0)
    const { pipelineDigest, ...rest } = JSON.parse(valid.stdout)
    expect(rest).toEqual({ valid: true, pipeline: 'fine', issues: [], warnings: [] })
    expect(await cli.minisub('digest', file)).toEqual({ code: 0, stdout: `${pipelineDigest}\n`, stderr: '' })
    expect(JSON.parse((await cli.minisub('digest', file, '--json')).stdout)).toEqual({
      pipeline: 'fine',
      pipelineDigest,
    })
    expect(existsSync(cli.home)).toBe(false)
  })

  test('tell all that is wrong with line and column, and end with 2', async () => {
    const file = await cli.pipeline('wrong', [
      'steps:',
      '  a: {comand: ["true"]}',
      '  b: {command: ["true"], needs: [c]}',
    ])
    const { code, stdout, stderr } = await cli.minisub('validate', file, '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, warnings: [] })
    expect(stderr).toContain(`${file}:6:9: unknown key "comand": did you mean "command"?\n`)
    expect(stderr).toMatch(/^.*wrong\.yaml:7:\d+: unknown step "c"/m)
    expect((await cli.minisub('digest', file)).code).toBe(2)
    expect(await cli.minisub('validate', 'none.yaml')).toMatchObject({
      code: 2,
      stderr: 'error: there is no file none.yaml: check the path\n',
    })
  })
})

describe('init and doctor', () => {
  test('init copies a sample, names the next step and never overwrites', async () => {
    const { code, stdout } = await cli.minisub('init')
    expect(code).toBe(0)
    expect(stdout).toContain('run it: minisub run hello/pipeline.yaml')
    const before = await readFile(join(cli.folder, 'hello', 'pipeline.yaml'), 'utf8')
    const again = await cli.minisub('init', 'hello')
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already and is not overwritten')])
    expect(await readFile(join(cli.folder, 'hello', 'pipeline.yaml'), 'utf8')).toBe(before)
    expect((await cli.minisub('validate', 'hello/pipeline.yaml')).code).toBe(0)
    expect((await cli.minisub('init', 'helo')).stderr).toContain('did you mean "hello"?')
    expect((await cli.minisub('init', '--list')).stdout).toContain('hello\n')
  })

  test('doctor looks at everything without starting a core', async () => {
    const { code, stdout } = await cli.minisub('doctor', '--json')
    const { ok, checks } = JSON.parse(stdout)
    expect([code, ok]).toEqual([0, true])
    expect(checks.map((check: { name: string }) => check.name)).toEqual([
      'Node',
      'system',
      'sh',
      'Python',
      'uv',
      'data folder',
      'disk space',
      'core',
      'limits',
      'Docker',
      'local cluster',
    ])
    expect(existsSync(cli.home)).toBe(false)
  })

  test('doctor ends with 1 where the data folder cannot be', async () => {
    await writeFile(join(cli.folder, 'a-file'), '')
    const { code, stdout } = await cli.minisub('doctor', '--home', 'a-file/home')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^error +data folder .*\n +fix: /m)
  })
})

describe('a core that cannot start', () => {
  test('is told with its own reason, and nothing is left behind', async () => {
    await writeFile(join(cli.folder, 'file'), '')
    const { code, stdout, stderr } = await cli.minisub('runs', '--home', 'file', '--json')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: the data folder .*file cannot be written/)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'home_unwritable' } })
  })

  test('serve says that its port is taken and how to choose another', async () => {
    await using server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { code, stderr } = await cli.minisub('serve', '--port', String(port), '--home', 'taken')
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^error: .*${port}.*--port`))
  })
})

/** Makes a Node believe that it is another one. */
function pretend(version: string): string {
  return `Object.defineProperty(process, 'versions', {value: {...process.versions, node: '${version}'}})`
}
