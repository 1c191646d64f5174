import { createServer, type Server, type Socket, connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import Dockerode from 'dockerode'
import { describeWithDocker } from '#test/support/requirements.ts'
import { waitForEnd } from './container-calls.ts'
import { openDockerBench, type DockerBench } from './docker-fixture.ts'
import { openDockerEngine, openDockerRuntime } from './index.ts'

describeWithDocker('an engine that goes away', () => {
  let bench: DockerBench
  let path: string
  let server: Server
  /** The request at which it goes away; then nobody listens any more. */
  let fatal: RegExp
  const sockets = new Set<Socket>()

  beforeEach(() => {
    bench = openDockerBench()
    path = join(bench.root, 'engine.sock')
    server = createServer((socket) => {
      const far = connect('/var/run/docker.sock')
      for (const end of [socket, far]) {
        sockets.add(end)
        end.on('error', () => undefined).on('close', () => sockets.delete(end))
      }
      socket.on('data', (bytes: Buffer) => (fatal.test(bytes.toString('latin1')) ? goAway() : far.write(bytes)))
      far.pipe(socket)
    })
  })
  afterEach(async () => {
    goAway()
    await bench[Symbol.asyncDispose]()
    expect(bench.left()).toEqual([])
  })

  function goAway(): void {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  async function comeBack(): Promise<void> {
    fatal = /^never$/
    await new Promise<void>((resolve) => server.listen(path, resolve))
  }

  test.each([
    ['the files are put in', /^PUT .*\/archive/],
    ['it is started', /^POST .*\/start/],
  ])('after a container was made, before %s: the next try starts it', async (_, call) => {
    await comeBack()
    await using runtime = openDockerRuntime({
      home: bench.root,
      engine: openDockerEngine({ host: () => `unix://${path}` }),
    })
    const one = bench.shell('exit 7')
    await runtime.check?.()
    fatal = call
    await expect(runtime.start(one)).rejects.toMatchObject({ code: 'engine_unavailable' })
    await comeBack()
    await runtime.start(one)
    expect(await runtime.wait(one)).toMatchObject({ phase: 'exited', exit: { exitCode: 7 } })
  })

  test('in the middle of its answer to a wait: the wait is over', async () => {
    const answers = new Set<Socket>()
    const half = createServer((socket) => {
      answers.add(socket.on('error', () => undefined))
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
        setTimeout(() => socket.destroy(), 50)
      })
    })
    await new Promise<void>((resolve) => half.listen(join(bench.root, 'half.sock'), resolve))
    const container = new Dockerode({ socketPath: join(bench.root, 'half.sock') }).getContainer('x')
    await waitForEnd(container, new AbortController().signal)
    half.close()
  })
})
