import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '#core/base/id.ts'
import { openDockerEngine, openDockerRuntime } from '#core/runtimes/docker/index.ts'
import { openProcessRuntime } from '#core/runtimes/process/index.ts'
import type { AttemptRuntime, Exit, LogLine, Workload, WorkloadPart } from '#core/runtimes/driver.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

const SWEEP = 'sweep ends what carries all its labels, daemons included, and nothing else'

/** What a suite has to know of the runtime that it is run on. */
type Tried = {
  readonly name: 'process' | 'docker'
  /** Opens it on a data folder. */
  readonly open: (home: string) => AttemptRuntime
  /** The same in a second core, as the text of an expression after imports; `home` is a variable there. */
  readonly opener: { readonly module: string; readonly expression: string }
  /** What its parts have beside a command. */
  readonly part: (root: string) => Partial<WorkloadPart>
  /** PATH of its commands, and Node there. */
  readonly path: string
  readonly node: string
  /** Variables that a command has beside the given ones. */
  readonly ownVariables: readonly string[]
  /** How many open files of a command lie in the control folder: the process runtime's logs are files. */
  readonly openFiles: number
  /** What lies in the control folder of a workload that printed nothing. */
  readonly files: readonly string[]
  /** Whether lines that were printed while no core read them have the time of their reading. */
  readonly isLate: boolean
  /** Whether a process lives that a workload knows by this number. */
  readonly lives: (pid: number, workload: Workload) => boolean
  /** Tests that cannot be put to it, and why; all others hold for every runtime. */
  readonly exempt: Readonly<Record<string, string>>
}

const PROCESS: Tried = {
  name: 'process',
  open: () => openProcessRuntime(),
  opener: { module: '../../core/runtimes/process/index.ts', expression: 'runtime.openProcessRuntime()' },
  part: () => ({}),
  path: process.env['PATH'] ?? '/usr/bin:/bin',
  node: process.execPath,
  // a /bin/sh that is bash adds the program's path under this name, whatever one does
  ownVariables: ['_'],
  openFiles: 1, // `ls` itself writes into a pipe, so only its stderr is ours
  files: ['process'],
  isLate: true,
  lives: livesHere,
  exempt: {},
}

const DOCKER: Tried = {
  name: 'docker',
  open: (home) => openDockerRuntime({ home, engine: openDockerEngine() }),
  opener: {
    module: '../../core/runtimes/docker/index.ts',
    expression: 'runtime.openDockerRuntime({ home, engine: runtime.openDockerEngine() })',
  },
  part: (root) => ({ image: 'node:24-slim', mounts: [{ source: root, target: root, readOnly: false }] }),
  path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  node: 'node',
  // of every container, of this image, and of the images of machines that reach the world through a proxy
  ownVariables: 'HOSTNAME HOME NODE_VERSION YARN_VERSION PIP_CERT PIP_ROOT_USER_ACTION SSL_CERT_FILE'.split(' '),
  openFiles: 0,
  files: ['container.json'],
  isLate: false, // the step runner in the container stamps them
  lives: livesInContainer,
  exempt: { [SWEEP]: 'nothing outlives its container; core/runtimes/docker has a test of its own' },
}

describe('process runtime', () => contract(PROCESS))
describeWithDocker('docker runtime', () => contract(DOCKER))

function contract(tried: Tried): void {
  let root: string
  let runtime: AttemptRuntime
  const begun: Workload[] = []
  const { node, path: PATH, lives } = tried
  const open = (): AttemptRuntime => tried.open(root)
  const unlessExempt = (name: string, body: () => Promise<void>): void => {
    const reason = tried.exempt[name]
    if (reason === undefined) test(name, body)
    else test.skip(`${name} (skipped: ${reason})`, body)
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'minisub-runtime-'))
    mkdirSync(join(root, 'work'))
    runtime = open()
  })
  afterEach(async () => {
    for (const started of begun.splice(0)) {
      await runtime.stop(started, 0)
      await runtime.remove?.(started)
    }
    await runtime[Symbol.asyncDispose]()
    rmSync(root, { recursive: true, force: true })
  })

  function workload(command: readonly string[], part: Partial<WorkloadPart> = {}): Workload {
    const id = newId()
    const controlFolder = join(root, id)
    mkdirSync(controlFolder)
    const labels = { run: id, step: 'train', attempt: '1' }
    const env = { PATH, MINISUB_RUN_ID: id, MINISUB_STEP: 'train', MINISUB_ATTEMPT: '1', ...part.env }
    const main = {
      role: 'main',
      mounts: [],
      ports: [],
      limits: {},
      workingFolder: join(root, 'work'),
      ...tried.part(root),
      ...part,
      command,
      env,
    }
    const made: Workload = { id, labels, kind: 'job', controlFolder, parts: [main] }
    begun.push(made)
    return made
  }

  const shell = (script: string, part: Partial<WorkloadPart> = {}) => workload(['sh', '-c', script], part)

  async function ended(started: Workload): Promise<Exit> {
    const state = await runtime.wait(started)
    if (state.phase !== 'exited') throw new Error(`it was lost: ${state.reason}`)
    return state.exit
  }

  async function run(started: Workload): Promise<Exit> {
    await runtime.start(started)
    return ended(started)
  }

  async function wholeLog({ controlFolder }: Workload, maxBytes = 2 ** 20): Promise<LogLine[]> {
    const lines: LogLine[] = []
    for (let from = 0; ;) {
      const page = await runtime.readLog(controlFolder, from, maxBytes)
      lines.push(...page.lines)
      if (page.end) return lines
      if (page.next === from) await sleep(10)
      from = page.next
    }
  }

  /** Starts a workload in a core of its own and kills that core, as soon as the workload has made `began`. */
  async function startInKilledCore(started: Workload): Promise<void> {
    const { module, expression } = tried.opener
    const script = `const runtime = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, module)).href)})
      const home = process.argv[2]
      const opened = ${expression}
      await opened.start(JSON.parse(process.argv[1]))
      await opened.wait(JSON.parse(process.argv[1]))`
    const core = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(started), root], {
      stdio: 'inherit',
    })
    const exit = new Promise((resolve) => core.once('exit', resolve))
    await appears(join(root, 'work', 'began'))
    core.kill('SIGKILL')
    await exit
  }

  const pidIn = (name: string) => Number(readFileSync(join(root, 'work', name), 'utf8'))

  describe('the end of a command', () => {
    test.each([0, 1, 3, 127, 255])('exit code %i is reported as it is', async (code) => {
      const exit = await run(shell(`exit ${code}`))
      expect(exit).toMatchObject({ exitCode: code, signal: null })
      expect(exit.outOfMemory).toBeUndefined()
    })

    test('a signal is reported as a shell does, with its name', async () => {
      expect(await run(shell('kill -9 $$'))).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
      expect(await run(shell('kill -SEGV $$'))).toMatchObject({ exitCode: 139, signal: 'SIGSEGV' })
      expect(await run(shell('kill -ABRT $$'))).toMatchObject({ exitCode: 134, signal: 'SIGABRT' })
    })

    test('times frame the run, and CPU time is that of the command', async () => {
      const before = Date.now()
      const burn = 'while (process.cpuUsage().user < 400e3);'
      const exit = await run(workload([node, '-e', burn]))
      expect(exit.startedAt).toBeGreaterThanOrEqual(before)
      expect(exit.finishedAt - exit.startedAt).toBeGreaterThanOrEqual(390)
      expect(exit.finishedAt).toBeLessThanOrEqual(Date.now())
      expect(exit.usage.cpuSeconds).toBeGreaterThan(0.3)
      expect(exit.usage.cpuSeconds).toBeLessThan(5)
    })

    test('peak memory is seen, and told again by a later core', async () => {
      const started = workload([node, '-e', 'globalThis.b = Buffer.alloc(200e6, 1); setTimeout(() => {}, 700)'])
      const exit = await run(started)
      expect(exit.usage.peakMemoryBytes).toBeGreaterThan(200e6)
      expect(exit.usage.peakMemoryBytes).toBeLessThan(600e6)
      await using later = open()
      expect(await later.inspect(started)).toMatchObject({ phase: 'exited', exit: { usage: exit.usage } })
    })
  })

  describe('what a command sees', () => {
    test('its arguments arrive byte for byte, and no shell reads them', async () => {
      const values = [
        '',
        ' ',
        '$(id)',
        '`id`',
        '$HOME',
        '"',
        "'",
        'a\nb\n',
        '*',
        '\\',
        '--',
        '-n',
        '{{x}}',
        '$(X)',
        'Áé€😀\u0081',
        '\t!#&;|<>',
      ]
      const started = workload([node, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...values])
      await run(started)
      expect(texts(await wholeLog(started))).toEqual([JSON.stringify(values)])
    })

    test.each(['eval', 'exec', 'echo', 'true', 'trap', 'cd', 'if'])(
      'a program called %s is found, not the builtin',
      async (name) => {
        mkdirSync(join(root, 'bin'))
        writeFileSync(join(root, 'bin', name), '#!/bin/sh\necho "program: $1"\n', { mode: 0o755 })
        const started = workload([name, 'echo builtin'], { env: { PATH: `${join(root, 'bin')}:${PATH}` } })
        expect(await run(started)).toMatchObject({ exitCode: 0 })
        expect(texts(await wholeLog(started))).toEqual(['program: echo builtin'])
      },
    )

    test('its environment is exactly the given one, names that a shell would change included', async () => {
      const given = {
        'odd.name': 'dot',
        PWD: '/elsewhere',
        IFS: 'x',
        OPTIND: 'nonsense',
        MULTI: 'a\nb',
        EMPTY: '',
        QUOTE: `"'$(id)`,
      }
      for (const env of [{ MULTI: 'a\nb', EMPTY: '', QUOTE: `"'$(id)` }, given]) {
        const started = workload([node, '-e', 'console.log(JSON.stringify(process.env))'], { env })
        await run(started)
        const seen: Record<string, string> = JSON.parse(texts(await wholeLog(started))[0] ?? '')
        for (const name of tried.ownVariables) if (!(name in env)) delete seen[name]
        expect(seen).toEqual(started.parts[0]?.env)
      }
    })

    test('it starts in its working folder, with nothing on stdin and no file of the runtime open but its two logs', async () => {
      const started = shell('pwd -P; cat; test -d /proc/self/fd && ls -l /proc/self/fd | grep -c minisub-runtime-')
      await run(started)
      const [folder, files = '2'] = texts(await wholeLog(started))
      expect(folder).toBe(join(root, 'work'))
      expect(files).toBe(String(tried.openFiles))
    })

    test('signals are at their defaults', async () => {
      const started = shell('cat /proc/self/status | grep -E "^Sig(Ign|Cgt|Blk)" || true')
      await run(started)
      if (process.platform === 'linux')
        expect((await wholeLog(started)).map((line) => /[1-9a-f]/.test(line.text.slice(7)))).toEqual([
          false,
          false,
          false,
        ])
    })

    test('a relative program counts from the working folder', async () => {
      writeFileSync(join(root, 'work', 'tool'), '#!/bin/sh\nexit 9\n', { mode: 0o755 })
      expect(await run(workload(['./tool']))).toMatchObject({ exitCode: 9 })
    })
  })

  describe('a command that cannot be started', () => {
    test.each([[['no-such-program-anywhere']], [['./missing']], [['/']], [['']], [['./data']]])(
      '%j is command_not_found, and nothing starts',
      async (command) => {
        writeFileSync(join(root, 'work', 'data'), 'plain')
        const started = workload(command)
        await expect(runtime.start(started)).rejects.toMatchObject({ name: 'Problem', code: 'command_not_found' })
        expect(await runtime.inspect(started)).toEqual({ phase: 'absent' })
        expect(await runtime.readLog(started.controlFolder, 0, 1000)).toEqual({ lines: [], next: 0, end: true })
      },
    )

    test('it can be started once the program is there', async () => {
      const started = workload(['./later'])
      await expect(runtime.start(started)).rejects.toMatchObject({ code: 'command_not_found' })
      writeFileSync(join(root, 'work', 'later'), '#!/bin/sh\necho now\n', { mode: 0o755 })
      expect(await run(started)).toMatchObject({ exitCode: 0 })
      expect(texts(await wholeLog(started))).toEqual(['now'])
    })

    test('an argument that the system does not take is a problem, not a crash', async () => {
      const started = workload(['true', 'x'.repeat(300_000)])
      await expect(runtime.start(started)).rejects.toMatchObject({ code: 'value_too_large' })
      expect(await runtime.inspect(started)).toEqual({ phase: 'absent' })
    })
  })

  describe('the log', () => {
    test('a command that prints nothing leaves no log file and an ended empty log', async () => {
      const started = workload(['true'])
      await run(started)
      expect(await runtime.readLog(started.controlFolder, 0, 1000)).toEqual({ lines: [], next: 0, end: true })
      expect(readdirSync(started.controlFolder).toSorted()).toEqual(tried.files)
    })

    test('both streams are kept in order, with their times', async () => {
      const before = Date.now()
      const started = shell('for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done')
      await run(started)
      const lines = await wholeLog(started)
      expect(texts(lines)).toEqual([1, 2, 3, 4, 5].map((n) => `out ${n}`))
      expect(texts(lines, 'stderr')).toEqual([1, 2, 3, 4, 5].map((n) => `err ${n}`))
      expect(lines.every((line) => !line.late && line.time >= before && line.time <= Date.now())).toBe(true)
    })

    test('100,000 lines arrive whole, in small pages as in large ones', async () => {
      const started = shell('i=0; while [ $i -lt 100000 ]; do i=$((i+1)); echo "line $i"; done')
      await run(started)
      const wanted = Array.from({ length: 100_000 }, (_, index) => `line ${index + 1}`)
      expect(texts(await wholeLog(started))).toEqual(wanted)
      expect(texts(await wholeLog(started, 100_000))).toEqual(wanted)
    })

    test('odd lines survive: no newline at the end, \\r, invalid UTF-8, empty, longer than 64 KiB', async () => {
      const script = `const w = (x) => require('fs').writeSync(1, x)
        w('a\\rb\\n\\n'); w(Buffer.from([0x66, 0xff, 0x0a])); w('€'.repeat(50000) + '\\n'); w('tail')`
      const started = workload([node, '-e', script])
      await run(started)
      const lines = texts(await wholeLog(started))
      expect(lines.slice(0, 3)).toEqual(['a\rb', '', 'f\uFFFD'])
      expect(lines.at(-1)).toBe('tail')
      const long = lines.slice(3, -1)
      expect(long.join('')).toBe('€'.repeat(50_000))
      expect(long.every((text) => Buffer.byteLength(text) <= 65_536)).toBe(true)
    })

    test('a page holds at least one line, however small it is asked to be', async () => {
      const started = shell('echo one; echo two')
      await run(started)
      const first = await runtime.readLog(started.controlFolder, 0, 1)
      expect(texts(first.lines)).toEqual(['one'])
      expect(first.end).toBe(false)
      const second = await runtime.readLog(started.controlFolder, first.next, 1)
      expect(second).toMatchObject({ lines: [{ text: 'two' }], end: true })
    })

    test('an offset that no page named is a problem', async () => {
      const started = shell('echo one')
      await run(started)
      await expect(runtime.readLog(started.controlFolder, 3, 1000)).rejects.toMatchObject({ code: 'invalid_request' })
    })

    test('it can be followed while the command runs', async () => {
      const started = shell('echo first; while [ ! -e go ]; do sleep 0.02; done; echo second')
      await runtime.start(started)
      await expect
        .poll(async () => texts((await runtime.readLog(started.controlFolder, 0, 1000)).lines))
        .toEqual(['first'])
      expect((await runtime.readLog(started.controlFolder, 0, 1000)).end).toBe(false)
      writeFileSync(join(root, 'work', 'go'), '')
      await ended(started)
      expect(texts(await wholeLog(started))).toEqual(['first', 'second'])
    })

    test('a flood neither fills the memory nor blocks the event loop', async () => {
      let longest = 0
      let last = performance.now()
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }, 1)
      const before = process.memoryUsage.rss()
      const started = workload([
        node,
        '-e',
        "const b = Buffer.alloc(1e6, 'x'.repeat(99) + '\\n'); for (let i = 0; i < 50; i++) require('fs').writeSync(1, b)",
      ])
      await run(started)
      clearInterval(timer)
      expect(longest).toBeLessThan(2_500)
      expect(process.memoryUsage.rss() - before).toBeLessThan(200e6)
      let count = 0
      for (let from = 0, end = false; !end;) {
        const page = await runtime.readLog(started.controlFolder, from, 2 ** 20)
        count += page.lines.length
        from = page.next
        end = page.end
      }
      expect(count).toBe(500_000)
    })
  })

  describe('stop', () => {
    test('asks first: a command that obeys ends by itself', async () => {
      const started = shell("trap 'echo bye; exit 5' TERM; echo x > began; while :; do sleep 0.02; done")
      await runtime.start(started)
      await appears(join(root, 'work', 'began'))
      await runtime.stop(started, 10_000)
      expect(await ended(started)).toMatchObject({ exitCode: 5, signal: null })
      expect(texts(await wholeLog(started))).toEqual(['bye'])
    })

    test('kills a command that ignores it after the grace, and keeps its exit code', async () => {
      const started = shell("trap '' TERM; echo x > began; while :; do sleep 0.02; done")
      await runtime.start(started)
      await appears(join(root, 'work', 'began'))
      const asked = Date.now()
      await runtime.stop(started, 400)
      expect(Date.now() - asked).toBeGreaterThanOrEqual(390)
      expect(Date.now() - asked).toBeLessThan(5_000)
      expect(await ended(started)).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
    })

    test('takes grandchildren, other process groups and daemons in sessions of their own', async () => {
      const daemon = `const { spawn } = require('child_process'); const fs = require('fs')
        const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }); child.unref()
        fs.writeFileSync('daemon', String(child.pid))`
      const started = shell(
        'sh -c "sleep 1000 & echo \\$! > grandchild; wait" & "$0" -e "$1"; echo x > began; wait',
        {},
      )
      const part = started.parts[0]
      const full = {
        ...started,
        parts: [{ ...(part ?? neverPart()), command: [...(part?.command ?? []), node, daemon] }],
      }
      await runtime.start(full)
      await appears(join(root, 'work', 'began'))
      await appears(join(root, 'work', 'grandchild'))
      expect([pidIn('grandchild'), pidIn('daemon')].map((pid) => lives(pid, full))).toEqual([true, true])
      await runtime.stop(full, 2_000)
      expect([pidIn('grandchild'), pidIn('daemon')].map((pid) => lives(pid, full))).toEqual([false, false])
    })

    test('is safe to repeat, and on what has ended or never begun', async () => {
      const started = shell('exit 4')
      await run(started)
      await runtime.stop(started, 1000)
      await runtime.stop(started, 1000)
      expect(await ended(started)).toMatchObject({ exitCode: 4 })
      const never = shell('echo x > began')
      await runtime.stop(never, 1000)
      expect(await runtime.inspect(never)).toEqual({ phase: 'absent' })
      await expect(runtime.wait(never)).rejects.toMatchObject({ code: 'not_found' })
    })

    test('stops right after the start too', async () => {
      for (let round = 0; round < 10; round += 1) {
        const started = shell('sleep 1000')
        await runtime.start(started)
        await sleep(round % 4)
        await runtime.stop(started, round % 2 === 0 ? 0 : 100)
        expect((await runtime.inspect(started)).phase).not.toBe('running')
      }
    })
  })

  test('what a command leaves in its process group ends with it', async () => {
    const started = shell('sleep 1000 & echo $! > left; exit 0')
    expect(await run(started)).toMatchObject({ exitCode: 0 })
    expect(lives(pidIn('left'), started)).toBe(false)
  })

  unlessExempt(SWEEP, async () => {
    const script = `const child = require('child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }); child.unref()
      require('fs').writeFileSync('stray-' + process.env.MINISUB_RUN_ID, String(child.pid))`
    const mine = workload([node, '-e', script])
    const other = workload([node, '-e', script])
    await run(mine)
    await run(other)
    await runtime.sweep({ run: mine.id })
    expect([mine, other].map((it) => lives(pidIn(`stray-${it.id}`), it))).toEqual([false, true])
    await runtime.sweep({ run: other.id, step: 'another' })
    expect(lives(pidIn(`stray-${other.id}`), other)).toBe(true)
    await runtime.sweep({ run: other.id, step: 'train' })
    expect(lives(pidIn(`stray-${other.id}`), other)).toBe(false)
  })

  describe('a start', () => {
    test('that is repeated finds the first one', async () => {
      const started = shell('echo ran >> count; sleep 0.3')
      const [first, second] = await Promise.all([runtime.start(started), runtime.start(started)])
      expect(second).toEqual(first)
      expect(await runtime.start(started)).toEqual(first)
      await ended(started)
      await runtime.start(started)
      await ended(started)
      expect(readFileSync(join(root, 'work', 'count'), 'utf8')).toBe('ran\n')
    })

    test('in two cores at the same moment runs the command once', async () => {
      await using second = open()
      const workloads = Array.from({ length: 10 }, (_, index) => shell(`echo ran >> count-${index}; exit 6`))
      await Promise.all(workloads.flatMap((started) => [runtime.start(started), second.start(started)]))
      for (const [index, started] of workloads.entries()) {
        expect(await ended(started)).toMatchObject({ exitCode: 6 })
        expect(await second.wait(started)).toMatchObject({ phase: 'exited', exit: { exitCode: 6 } })
        expect(readFileSync(join(root, 'work', `count-${index}`), 'utf8')).toBe('ran\n')
      }
    })

    test('is possible after an inspection found nothing', async () => {
      const started = shell('echo ran >> count')
      expect(await runtime.inspect(started)).toEqual({ phase: 'absent' })
      expect(await runtime.inspect(started)).toEqual({ phase: 'absent' })
      await run(started)
      expect(readFileSync(join(root, 'work', 'count'), 'utf8')).toBe('ran\n')
    })
  })

  describe('a later core', () => {
    test('adopts a running workload of a killed one: exit code and whole log', async () => {
      const started = shell(
        'echo early; echo x > began; while [ ! -e go ]; do sleep 0.02; done; echo after; printf tail >&2; exit 7',
      )
      await startInKilledCore(started)
      expect(await runtime.inspect(started)).toMatchObject({ phase: 'running' })
      const waiting = ended(started)
      writeFileSync(join(root, 'work', 'go'), '')
      const exit = await waiting
      expect(exit).toMatchObject({ exitCode: 7, signal: null })
      const lines = await wholeLog(started)
      expect(texts(lines)).toEqual(['early', 'after'])
      expect(texts(lines, 'stderr')).toEqual(['tail'])
    })

    test('does not lose, repeat or reorder lines of one that was killed while it read', async () => {
      const script = `${counting(0, 30_000)}; echo x > began; ${counting(30_000, 200_000)}; while [ ! -e go ]; do sleep 0.02; done`
      const started = shell(`${script}; ${counting(200_000, 250_000)}`)
      await startInKilledCore(started)
      writeFileSync(join(root, 'work', 'go'), '')
      await sleep(300)
      expect(await ended(started)).toMatchObject({ exitCode: 0 })
      const lines = await wholeLog(started)
      expect(lines.length).toBe(250_000)
      expect(lines.findIndex((line, index) => line.text !== String(index + 1))).toBe(-1)
      expect(lines.some((line) => line.late)).toBe(tried.isLate)
    })

    test('learns how a workload ended while nobody looked, and its lines are late', async () => {
      const started = shell('echo $$ > began; sleep 0.5; echo done; exit 8')
      await startInKilledCore(started)
      await expect.poll(() => lives(pidIn('began'), started)).toBe(false)
      await sleep(100)
      const page = await runtime.readLog(started.controlFolder, 0, 1000)
      expect(page).toMatchObject({ lines: [{ text: 'done', late: tried.isLate }], end: true })
      const state = await runtime.inspect(started)
      expect(state).toMatchObject({ phase: 'exited', exit: { exitCode: 8 } })
      expect(await runtime.wait(started)).toEqual(state)
    })

    test('can stop what an earlier one started, and start it no second time', async () => {
      const started = shell("trap '' TERM; echo $$ > began; while :; do sleep 0.02; done")
      await startInKilledCore(started)
      await runtime.start(started)
      await runtime.stop(started, 100)
      expect(lives(pidIn('began'), started)).toBe(false)
      expect(await ended(started)).toMatchObject({ exitCode: 137 })
    })

    test('takes over from one that was closed, which leaves its processes running', async () => {
      const started = shell('echo x > began; while [ ! -e go ]; do sleep 0.02; done; echo out; exit 2')
      const first = open()
      await first.start(started)
      const waiting = first.wait(started)
      waiting.catch(() => undefined)
      await appears(join(root, 'work', 'began'))
      await first[Symbol.asyncDispose]()
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
      writeFileSync(join(root, 'work', 'go'), '')
      expect(await ended(started)).toMatchObject({ exitCode: 2 })
      expect(texts(await wholeLog(started))).toEqual(['out'])
    })
  })

  test('a wait can be given up', async () => {
    const started = shell('sleep 1000')
    await runtime.start(started)
    const controller = new AbortController()
    const waiting = runtime.wait(started, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    expect((await runtime.inspect(started)).phase).toBe('running')
  })

  test('a workload ends with its first part, and the others are stopped', async () => {
    const started = shell('while [ ! -e ready ]; do sleep 0.02; done; exit 3')
    const main = started.parts[0] ?? neverPart()
    const both = {
      ...started,
      parts: [main, { ...main, role: 'sidecar', command: ['sh', '-c', 'echo side; echo $$ > ready; exec sleep 1000'] }],
    }
    expect(await run(both)).toMatchObject({ exitCode: 3 })
    expect(lives(pidIn('ready'), both)).toBe(false)
    const page = await runtime.readLog(join(started.controlFolder, 'sidecar'), 0, 1000)
    expect(page).toMatchObject({ lines: [{ text: 'side' }], end: true })
    await runtime.remove?.(both)
  })

  test('limits are enforced or named as not enforced', async () => {
    const started = shell('exit 0', { limits: { cpu: 1, memory: 64 * 2 ** 20 } })
    const { notEnforced } = await runtime.start(started)
    await ended(started)
    expect(await runtime.start(started)).toMatchObject({ notEnforced })
    if (notEnforced.includes('memory')) return
    const greedy = workload([node, '-e', 'Buffer.alloc(400e6, 1)'], { limits: { memory: 128 * 2 ** 20 } })
    expect(await run(greedy)).toMatchObject({ exitCode: 137, signal: 'SIGKILL', outOfMemory: true })
  })

  test('a GPU is had, refused, or named as not enforced', async () => {
    const started = shell('exit 0', { limits: { gpu: 1 } })
    const outcome = await runtime.start(started).catch((error: unknown) => error)
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ name: 'Problem', code: 'resource_unavailable' })
      return
    }
    expect(await ended(started)).toMatchObject({ exitCode: 0 })
    if (tried.name === 'process') expect(outcome).toMatchObject({ notEnforced: ['gpu'] })
  })
}

/** Shell text that prints the numbers after `from` up to `to`. */
function counting(from: number, to: number): string {
  return `i=${from}; while [ $i -lt ${to} ]; do i=$((i+1)); echo $i; done`
}

/** The lines of one stream. */
function texts(lines: readonly LogLine[], stream = 'stdout'): string[] {
  return lines.filter((line) => line.stream === stream).map((line) => line.text)
}

async function appears(path: string): Promise<void> {
  await expect.poll(() => existsSync(path) && statSync(path).size > 0, { timeout: 20_000, interval: 10 }).toBe(true)
}

function neverPart(): never {
  throw new Error('a workload has at least one part')
}

/** Whether a process lives; one that only waits to be reaped does not. */
function livesHere(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** The same for a number of a container's own: here it has another one, but it says that too, and whose it is. */
function livesInContainer(pid: number, { id }: Workload): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const inner = /^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1]
      const mine = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(`MINISUB_RUN_ID=${id}`)
      return Number(inner) === pid && mine && livesHere(Number(name))
    } catch {
      return false
    }
  })
}
