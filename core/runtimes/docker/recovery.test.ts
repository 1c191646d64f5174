import { spawn } from 'node:child_process'
import { connect, createServer, type Socket } from 'node:net'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Workload } from '../driver.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { docker, openDockerBench, type DockerBench } from './docker-fixture.ts'
import { openDockerEngine, openDockerRuntime } from './index.ts'
import { containerName } from './labels.ts'
import { updateContainerRecord } from './container-record.ts'

describeWithDocker('the docker runtime after trouble', () => {
  let bench: DockerBench

  beforeEach(() => {
    bench = openDockerBench()
    mkdirSync(join(bench.root, 'work'))
  })
  afterEach(async () => {
    await bench[Symbol.asyncDispose]()
    expect(bench.left()).toEqual([])
  })

  /** A workload that writes down that it ran, where this machine sees it. */
  function counted(script: string): Workload {
    const work = join(bench.root, 'work')
    return bench.shell(`cd ${work}; echo ran >> count; ${script}`, {
      mounts: [{ source: work, target: work, readOnly: false }],
    })
  }
  const count = (): string => {
    const file = join(bench.root, 'work', 'count')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  describe('a core that is killed', () => {
    /** Runs a workload in a core that kills itself before or after a call to the engine. */
    async function startInDoomedCore(one: Workload, doom: { when: 'before' | 'after'; call: string }): Promise<void> {
      const script = `
        const { createRequire } = await import('node:module')
        const Modem = createRequire(${JSON.stringify(import.meta.url)})('docker-modem')
        const { openDockerEngine, openDockerRuntime } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
        const [workload, home, when, call] = process.argv.slice(1)
        const { dial } = Modem.prototype
        const die = (at, options) => {
          if (at === when && new RegExp(call).test(options.method + ' ' + options.path)) process.kill(process.pid, 'SIGKILL')
        }
        Modem.prototype.dial = function (options, callback) {
          const { method, path } = options
          die('before', { method, path })
          dial.call(this, options, (error, data) => {
            die('after', { method, path })
            callback(error, data)
          })
        }
        const runtime = openDockerRuntime({ home, engine: openDockerEngine() })
        await runtime.start(JSON.parse(workload))
        await runtime.wait(JSON.parse(workload))`
      const args = ['--input-type=module', '-e', script, JSON.stringify(one), bench.root, doom.when, doom.call]
      const core = spawn(process.execPath, args, { stdio: 'inherit' })
      const signal = await new Promise((resolve) => core.once('exit', (_, name) => resolve(name)))
      expect(signal).toBe('SIGKILL')
    }

    test.each([
      ['before', 'POST /containers/create'],
      ['after', 'POST /containers/create'],
      ['before', 'PUT .*/archive'],
      ['after', 'PUT .*/archive'],
      ['before', 'POST .*/start'],
    ] as const)('%s %s had started nothing, and a later core starts it once', async (when, call) => {
      const one = counted('exit 3')
      await startInDoomedCore(one, { when, call })
      expect(await bench.runtime.inspect(one)).toEqual({ phase: 'absent' })
      expect(bench.left()).toEqual([])
      expect(await bench.runtime.readLog(one.controlFolder, 0, 100)).toEqual({ lines: [], next: 0, end: true })
      expect(await bench.run(one)).toMatchObject({ exitCode: 3 })
      expect(count()).toBe('ran\n')
    })

    test.each([
      ['after', 'POST .*/start'],
      ['before', 'GET .*/logs'],
      ['after', 'GET .*/logs'],
      ['after', 'POST .*/wait'],
    ] as const)('%s %s had started it, and a later core sees it to its end', async (when, call) => {
      const one = counted('echo said; sleep 0.5; exit 3')
      await startInDoomedCore(one, { when, call })
      expect((await bench.runtime.inspect(one)).phase).toMatch(/running|exited/)
      expect(await bench.run(one)).toMatchObject({ exitCode: 3 })
      expect(await bench.log(one)).toEqual(['said'])
      expect(count()).toBe('ran\n')
    })

    test('had begun one that never started its command: it is absent, and can be started again', async () => {
      const one = bench.workload(['/no/such/program'])
      await startInDoomedCore(one, { when: 'after', call: 'POST .*/start' })
      expect(await bench.runtime.inspect(one)).toEqual({ phase: 'absent' })
      expect(bench.left()).toEqual([])
      await expect(bench.runtime.start(one)).rejects.toMatchObject({ code: 'command_not_found' })
    })
  })

  describe('what others do to a container makes it lost', () => {
    test.each([
      ['rm', '--force'],
      ['stop', '--time=5'],
      ['kill', '--signal=KILL'],
    ])('docker %s %s', async (...command) => {
      const one = bench.shell('echo said; sleep 100')
      await bench.runtime.start(one)
      const waiting = bench.runtime.wait(one)
      docker(...command, containerName(one, 0))
      const state = await waiting
      expect(state).toMatchObject({ phase: 'lost' })
      expect(await bench.runtime.inspect(one)).toEqual(state)
      expect(await bench.runtime.readLog(one.controlFolder, 0, 100)).toMatchObject({ end: true })
      await bench.runtime.remove?.(one)
      await using later = bench.open()
      expect(await later.inspect(one)).toEqual(state)
      expect(await later.wait(one)).toEqual(state)
    })

    test('a removal that no core saw', async () => {
      const one = bench.shell('sleep 100')
      {
        await using first = bench.open()
        await first.start(one)
      }
      docker('rm', '--force', containerName(one, 0))
      expect(await bench.runtime.wait(one)).toMatchObject({ phase: 'lost' })
    })
  })

  test('a stop that an earlier core began is not taken for one from outside', async () => {
    const one = bench.shell('trap "exit 6" TERM; while :; do sleep 0.05; done')
    {
      await using first = bench.open()
      await first.start(one)
    }
    updateContainerRecord(one.controlFolder, { asked: true })
    docker('stop', '--time=5', containerName(one, 0))
    expect(await bench.runtime.wait(one)).toMatchObject({ phase: 'exited', exit: { exitCode: 6 } })
  })

  test('an engine that goes away while a container runs is waited for', async () => {
    const path = join(bench.root, 'engine.sock')
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      const far = connect('/var/run/docker.sock')
      for (const end of [socket, far]) {
        sockets.add(end)
        end.on('error', () => undefined).on('close', () => sockets.delete(end))
      }
      socket.pipe(far).pipe(socket)
    })
    const listen = (): Promise<void> => new Promise((resolve) => server.listen(path, resolve))
    await listen()
    const engine = openDockerEngine({ host: () => `unix://${path}` })
    await using runtime = openDockerRuntime({ home: bench.root, engine })
    const one = bench.shell('echo one; sleep 2; echo two; exit 9')
    await runtime.start(one)
    const waiting = runtime.wait(one)
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
    await expect(runtime.inspect(bench.shell('true'))).rejects.toMatchObject({ code: 'engine_unavailable' })
    expect((await runtime.readLog(one.controlFolder, 0, 100)).end).toBe(false)
    await sleep(500)
    await listen()
    expect(await waiting).toMatchObject({ phase: 'exited', exit: { exitCode: 9 } })
    expect(await bench.log(one)).toEqual(['one', 'two'])
    server.close()
  })
})
