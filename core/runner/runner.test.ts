import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signalOf } from '#core/attempts/index.ts'
import { readRecords, runnerSpec, runUnder, startRunner } from '#test/support/runner.ts'
import { bundleRunner, RUNNER_BUNDLE } from '../../scripts/build/bundle-runner.ts'
import { startCommand } from './command.ts'

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-runner-'))
  await bundleRunner()
})
afterAll(() => rmSync(folder, { recursive: true }))

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args]

describe('the bundle', () => {
  test('is the same bytes each time, imports Node alone, and knows no path of this machine', async () => {
    const first = readFileSync(RUNNER_BUNDLE)
    expect((await bundleRunner()).equals(first)).toBe(true)
    const text = first.toString()
    const imports = [...text.matchAll(/from\s*["'`]([^"'`]+)["'`]/g)].map(([, name]) => name)
    expect(imports.filter((name) => !name?.startsWith('node:'))).toEqual([])
    expect(text).not.toContain(process.cwd())
  })
})

describe('a command', () => {
  test('begins with s, ends with x, and its lines stand between, in order', async () => {
    const { records, end, code } = await runUnder(sh('echo one; echo two; exit 3'))
    expect(records.map(({ kind, text }) => (kind === 'x' ? kind : `${kind}${text}`))).toEqual([
      's',
      'oone',
      'otwo',
      'x',
    ])
    expect(end).toMatchObject({ exitCode: 3, stoppedBy: null, problem: null, outOfMemory: false })
    expect(code).toBe(3)
    const times = records.map(({ time }) => time)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(end.finishedAt).toBeGreaterThanOrEqual(times[0] ?? Number.NaN)
    expect(Math.abs(Date.now() - end.finishedAt)).toBeLessThan(60_000)
  })

  test('gets its variables over those of the image, its folder, no stdin, and a session of its own', async () => {
    const script = 'echo "$A|$B|$PWD|$(cat)|$(ps -o sid= -p $$ | tr -d " ")|$$"'
    const runner = startRunner(runnerSpec(sh(script), { env: { A: 'of the step' }, workingFolder: folder }), {
      ...process.env,
      A: 'of the image',
      B: 'of the image too',
    })
    const { stdout } = await runner.result()
    const [a, b, pwd, input, session, pid] = stdout[0]?.split('|') ?? []
    expect([a, b, pwd, input]).toEqual(['of the step', 'of the image too', folder, ''])
    expect(session).toBe(pid)
    expect(existsSync(runner.specPath)).toBe(false)
  })

  test('can open /dev/stdout and /dev/stderr again, and dies of a closed pipe as usual', async () => {
    const script = 'echo a > /dev/stdout; echo b > /dev/stderr; (yes; echo "ended with $?" >&2) | head -n 1'
    const { stdout, stderr, end } = await runUnder(sh(script))
    expect(stdout).toEqual(['a', 'y'])
    expect(stderr).toEqual(['b', 'ended with 141'])
    expect(end.exitCode).toBe(0)
  })

  test('with quotes, newlines and markup in arguments and variables gets them as they are', async () => {
    const odd = `'"\n\t$(HOME) \`id\` {{workflow.name}} {{=1+1}} \${{ x }} % \\ é 💡`
    const { stdout } = await runUnder(['printenv', 'ODD'], { env: { ODD: odd } })
    expect(stdout.join('\n')).toBe(odd)
    const echoed = await runUnder(['printf', '%s', odd])
    expect(echoed.stdout.join('\n')).toBe(odd)
  })
})

describe('an end', () => {
  test.each([0, 1, 2, 126, 127, 128, 129, 137, 143, 200, 255])('with %d is told and passed on', async (code) => {
    const result = await runUnder(sh('exit "$1"', String(code)))
    expect([result.end.exitCode, result.code]).toEqual([code, code])
    expect(result.end.problem).toBeNull()
  })

  test('with each code from 0 to 255 is told', async () => {
    const files = { stdout: 2, stderr: 2 }
    for (let code = 0; code < 256; code += 1) {
      const command = await startCommand(runnerSpec(sh('exit "$1"', String(code))), files)
      expect((await command.end).exitCode).toBe(code)
    }
  })

  test.each(['KILL', 'TERM', 'SEGV', 'INT', 'USR1'])('by SIG%s is told as a shell does', async (signal) => {
    const { end, code } = await runUnder(sh(`kill -s ${signal} $$; sleep 5`))
    expect(signalOf(end.exitCode ?? 0)).toBe(`SIG${signal}`)
    expect(code).toBe(end.exitCode)
  })
})

describe('a command that cannot start', () => {
  const file = (name: string, content: string, mode: number) => {
    writeFileSync(join(folder, name), content, { mode })
    return join(folder, name)
  }

  test('is told in the words of every runtime, and nothing began', async () => {
    const plain = file('plain', '', 0o644)
    const orphan = file('orphan', '#!/nowhere/python\n', 0o755)
    const cases: [string[], string][] = [
      [['no-such-program'], '"no-such-program" is in no folder of PATH: install it, or write the path of the program'],
      [[], 'the command is empty: name a program to start'],
      [['./nothing'], '"./nothing" does not exist: correct the path, which counts from the folder of the code'],
      [
        [plain],
        `"${plain}" is not executable: set its mode with chmod +x, or name an interpreter first, such as python or sh`,
      ],
      [
        [orphan],
        `"${orphan}" needs an interpreter or a loader that the image does not have: install it, or take another image`,
      ],
    ]
    for (const [command, message] of cases) {
      const { records, end, code } = await runUnder(command)
      expect(records.map(({ kind }) => kind)).toEqual(['x'])
      expect(end).toMatchObject({ exitCode: null, stoppedBy: null, problem: { code: 'command_not_found', message } })
      expect(code).toBe(127)
    }
  })

  test('since a value is too long says so', async () => {
    const { end, code } = await runUnder(['echo', 'x'.repeat(200_000)])
    expect(end.problem).toMatchObject({ code: 'value_too_large' })
    expect(code).toBe(1)
  })

  test('is looked for in the PATH that it would have', async () => {
    file('mine', '#!/bin/sh\necho mine\n', 0o755)
    const found = await runUnder(['mine'], { env: { PATH: folder } })
    expect(found.stdout).toEqual(['mine'])
    const { end } = await runUnder(['sh'], { env: { PATH: folder } })
    expect(end.problem?.code).toBe('command_not_found')
  })
})

describe('a spec', () => {
  test.each([
    ['{"version": 1', 'the step runner failed: '],
    ['{"version": 2}', 'the step runner failed: the spec has version 2, and this runner reads 1'],
    [runnerSpec(['true'], { workingFolder: '/nowhere' }), 'the user of the container cannot enter the working folder'],
  ])('that is bad, %j, ends with a sentence', async (spec, message) => {
    const { end, code } = await startRunner(spec).result()
    expect(end.exitCode).toBeNull()
    expect(end.problem?.code).toBe('internal')
    expect(end.problem?.message).toContain(message)
    expect(code).toBe(1)
  })

  test('that is missing ends with a sentence', async () => {
    const { spawnSync } = await import('node:child_process')
    for (const args of [[], ['/nowhere/spec.json']]) {
      const { stdout, status } = spawnSync(process.execPath, [RUNNER_BUNDLE, ...args], { encoding: 'utf8' })
      expect(readRecords(stdout).end.problem?.code).toBe('internal')
      expect(status).toBe(1)
    }
  })
})
