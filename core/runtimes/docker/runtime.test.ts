import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CONTAINER } from '#core/attempts/index.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { buildImage, BUSYBOX, docker, keeper, openDockerBench, stepPart, type DockerBench } from './docker-fixture.ts'
import { containerName } from './labels.ts'

const MIB = 2 ** 20

describeWithDocker('the docker runtime', () => {
  let bench: DockerBench
  const images: string[] = []

  beforeEach(() => {
    bench = openDockerBench()
  })
  afterEach(async () => {
    await bench[Symbol.asyncDispose]()
    expect(bench.left()).toEqual([])
  })
  afterAll(() => {
    for (const image of images) docker('rmi', '--force', image)
  })

  describe('what a step finds and leaves', () => {
    test('files, folders and links lie where they were placed, with their modes', async () => {
      const source = join(bench.root, 'blob')
      writeFileSync(source, 'from a blob')
      const part = stepPart({}, [
        { kind: 'file', path: `${CONTAINER.code}/tool`, mode: 0o755, size: 11, source },
        { kind: 'bytes', path: `${CONTAINER.inputs}/ä 'x`, mode: 0o444, bytes: 'input' },
        { kind: 'link', path: `${CONTAINER.code}/link`, target: 'tool' },
        { kind: 'folder', path: `${CONTAINER.code}/${'deep/'.repeat(1)}${'n'.repeat(120)}`, mode: 0o755 },
      ])
      const one = bench.shell(
        `cat tool link; cat "${CONTAINER.inputs}/ä 'x"; stat -c "%a %n" tool; ls deep | wc -c; ls -a ~; ls ${CONTAINER.root}`,
        { ...part, placed: [...(part.placed ?? [])].toSpliced(4, 0, folder(`${CONTAINER.code}/deep`)) },
      )
      expect(await bench.run(one)).toMatchObject({ exitCode: 0 })
      expect(await bench.log(one)).toEqual([
        'from a blobfrom a blobinput755 tool',
        '121',
        '.',
        '..',
        'code',
        'home',
        'inputs',
        'outputs',
      ])
    })

    test('declared outputs are taken whole, and nothing else', async () => {
      const declared = {
        value: { type: 'number' },
        file: { type: 'file' },
        tree: { type: 'folder' },
      } as const
      const one = bench.shell(
        `cd $OUT; echo 7.5 > value; printf text > file; mkdir -p tree/empty tree/sub; printf run > tree/sub/x
         chmod 755 tree/sub/x; printf run > tree/same; ln tree/same tree/hard; echo no > undeclared`,
        stepPart(declared),
      )
      expect(await bench.run(one)).toMatchObject({ exitCode: 0 })
      const { keep, texts } = keeper()
      const records = await bench.runtime.collect?.(one, keep)
      expect(records).toMatchObject({
        value: { kind: 'value', value: 7.5 },
        file: { kind: 'file', size: 4, executable: false },
        tree: { kind: 'folder', size: 9, emptyFolders: ['empty'] },
      })
      expect(records?.['undeclared']).toBeUndefined()
      expect([...texts.values()].toSorted()).toEqual(['run', 'text'])
      expect(await bench.runtime.collect?.(one, keeper().keep)).toEqual(records)
    })

    test('a file of 200 MB and 3,000 small ones are taken', async () => {
      const script = `cd $OUT; head -c 200000000 /dev/zero > big; mkdir many
        i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i > many/$i; done`
      const one = bench.shell(script, stepPart({ big: { type: 'file' }, many: { type: 'folder' } }))
      await bench.run(one)
      const sizes: number[] = []
      await bench.runtime.collect?.(one, async (bytes, { size }) => {
        let read = 0
        for await (const piece of bytes) read += piece.length
        expect(read).toBe(size)
        sizes.push(size)
      })
      expect(sizes).toHaveLength(3001)
      expect(Math.max(...sizes)).toBe(200_000_000)
    })

    test('a failure of who keeps the files is told, and they can be taken again', async () => {
      const one = bench.shell(
        'echo a > $OUT/a; echo b > $OUT/b',
        stepPart({ a: { type: 'file' }, b: { type: 'file' } }),
      )
      await bench.run(one)
      await expect(
        bench.runtime.collect?.(one, async () => {
          throw new Error('the store is full')
        }),
      ).rejects.toThrow('the store is full')
      expect(Object.keys((await bench.runtime.collect?.(one, keeper().keep)) ?? {})).toEqual(['a', 'b'])
    })

    test('outputs of a container that is gone are a lost step', async () => {
      const one = bench.shell('echo a > $OUT/a', stepPart({ a: { type: 'file' } }))
      await bench.run(one)
      docker('rm', '--force', containerName(one, 0))
      await expect(bench.runtime.collect?.(one, keeper().keep)).rejects.toMatchObject({ code: 'step_lost' })
    })

    test('a wrong output is told with the exit', async () => {
      const exit = await bench.run(bench.shell('echo x > $OUT/n', stepPart({ n: { type: 'number' } })))
      expect(exit).toMatchObject({ exitCode: 0, problem: { code: 'output_invalid' } })
    })
  })

  describe('any image', () => {
    let numeric: string
    let named: string
    let scratch: string
    beforeAll(() => {
      numeric = buildImage(`FROM ${BUSYBOX}\nUSER 1234:100\n`)
      const user = 'mkdir -p /etc && echo worker:x:1000:1000::/:/bin/sh >> /etc/passwd'
      named = buildImage(`FROM ${BUSYBOX}\nRUN ${user}\nUSER worker\nVOLUME /data\nWORKDIR /odd\n`)
      scratch = buildImage(`FROM ${BUSYBOX} AS base\nFROM scratch\nCOPY --from=base /bin/busybox /only/busybox\n`)
      images.push(numeric, named, scratch)
    })

    test.each(['numeric', 'named'])('a user of its own (%s) can write code, outputs and home', async (kind) => {
      const image = kind === 'numeric' ? numeric : named
      const one = bench.shell('id -un 2>/dev/null; touch ~/h mine ../outputs/a && ls ..; echo data > ../outputs/a', {
        ...stepPart({ a: { type: 'file' } }),
        image,
      })
      expect(await bench.run(one)).toMatchObject({ exitCode: 0 })
      const { keep, texts } = keeper()
      await bench.runtime.collect?.(one, keep)
      expect([...texts.values()]).toEqual(['data\n'])
    })

    test('one that holds a single static binary', async () => {
      const one = bench.workload(['/only/busybox', 'sh', '-c', 'echo $((6*7)) > $OUT/n'], {
        ...stepPart({ n: { type: 'integer' } }),
        image: scratch,
      })
      await bench.run(one)
      expect(await bench.runtime.collect?.(one, keeper().keep)).toMatchObject({ n: { value: 42 } })
    })

    test('its anonymous volumes go with the container', async () => {
      const one = bench.shell('true', { image: named })
      await bench.run(one)
      const volumes = docker('inspect', '--format', '{{range .Mounts}}{{.Name}} {{end}}', containerName(one, 0))
      const anonymous = volumes.split(' ').find((name) => /^[0-9a-f]{64}$/.test(name)) ?? ''
      expect(docker('volume', 'ls', '--quiet')).toContain(anonymous)
      await bench.runtime.remove?.(one)
      expect(docker('volume', 'ls', '--quiet')).not.toContain(anonymous)
    })

    test('one that is not there is a problem', async () => {
      const one = bench.shell('true', { image: 'minisub/never-was:1' })
      await expect(bench.runtime.start(one)).rejects.toMatchObject({ code: 'image_unavailable' })
      expect(await bench.runtime.inspect(one)).toEqual({ phase: 'absent' })
    })

    test('one for another architecture is a problem', async () => {
      const elf = Buffer.alloc(64)
      elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0)
      elf.writeUInt16LE(2, 16)
      elf.writeUInt16LE(0x16, 18) // s390
      const image = buildImage('FROM scratch\nCOPY tool /tool\n', { tool: elf }, '--platform', 'linux/s390x')
      images.push(image)
      const one = bench.workload(['/tool'], { image })
      await expect(bench.runtime.start(one)).rejects.toMatchObject({ code: 'image_platform' })
    })
  })

  describe('limits', () => {
    test('no network but the loopback', async () => {
      const one = bench.shell('ls /sys/class/net', { limits: { network: false } })
      await bench.run(one)
      expect(await bench.log(one)).toEqual(['lo'])
    })

    test('processes at a time: a fork bomb meets the bound, and the runner does not', async () => {
      const bomb = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); sleep 2 & done; wait'
      for (const pids of [1, 50]) {
        const one = bench.shell(bomb, { limits: { pids } })
        await bench.run(one)
        expect((await bench.log(one)).join()).toMatch(/fork/)
      }
      const few = bench.shell('for i in 1 2 3; do sleep 0.1 & done; wait; echo all', { limits: { pids: 20 } })
      await bench.run(few)
      expect(await bench.log(few)).toEqual(['all'])
    })

    test('bytes of /dev/shm and shares of cores', async () => {
      const one = bench.shell('df -k /dev/shm | tail -n 1', { limits: { shm: 8 * MIB, cpu: 64 } })
      await bench.run(one)
      expect((await bench.log(one))[0]).toMatch(/\s8192\s/)
      expect(docker('inspect', '--format', '{{.HostConfig.CpuQuota}}', containerName(one, 0))).toBe('6400000')
    })

    test('memory: too much of it is told apart from a kill', async () => {
      const script = 'a=x; while :; do a=$a$a; done'
      const exit = await bench.run(bench.shell(script, { limits: { memory: 32 * MIB } }))
      expect(exit).toMatchObject({ exitCode: 137, signal: 'SIGKILL', outOfMemory: true })
      const killed = await bench.run(bench.shell('kill -9 $$', { limits: { memory: 32 * MIB } }))
      expect(killed).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
      expect(killed.outOfMemory).toBeUndefined()
    })

    test('less memory than engines take, and a GPU where there is none, are problems', async () => {
      const little = bench.runtime.start(bench.shell('true', { limits: { memory: MIB } }))
      await expect(little).rejects.toMatchObject({ code: 'invalid_value', path: 'resources.memory' })
      if (docker('info', '--format', '{{json .Runtimes}}').includes('nvidia')) return
      const gpu = bench.runtime.start(bench.shell('true', { limits: { gpu: 1 } }))
      await expect(gpu).rejects.toMatchObject({ code: 'resource_unavailable' })
    })
  })

  test('secrets are in no place that outlives the start: not in the container, not in its files', async () => {
    const secret = 'geheim-4711'
    const one = bench.shell('echo "$TOKEN"; sleep 2', { env: { TOKEN: secret }, secrets: [secret] })
    await bench.runtime.start(one)
    const name = containerName(one, 0)
    expect(docker('inspect', name)).not.toContain(secret)
    expect(() => docker('cp', `${name}:${CONTAINER.spec}`, '-')).toThrow()
    expect(await bench.runtime.wait(one)).toMatchObject({ phase: 'exited' })
    expect(await bench.log(one)).toEqual(['***'])
    expect(docker('logs', name)).not.toContain(secret)
  })

  test('variables that would change the runner itself reach the command alone', async () => {
    const image = buildImage(`FROM ${BUSYBOX}\nENV NODE_OPTIONS=--no-such-flag LD_PRELOAD=/nothing.so KEPT=1\n`)
    images.push(image)
    const one = bench.shell('echo "$NODE_OPTIONS $LD_PRELOAD $KEPT"', { image })
    await bench.run(one)
    expect((await bench.log(one)).at(-1)).toBe('--no-such-flag /nothing.so 1')
  })

  test('what is written past the runner is in the log too', async () => {
    const one = bench.shell('echo past > /proc/1/fd/1; echo ordinary')
    await bench.run(one)
    expect((await bench.log(one)).toSorted()).toEqual(['ordinary', 'past'])
  })

  test('after its removal it tells the same: how it ended, and its log', async () => {
    const one = bench.shell('echo said; exit 4')
    await bench.run(one)
    const before = await bench.runtime.inspect(one)
    await bench.runtime.remove?.(one)
    await bench.runtime.remove?.(one)
    expect(bench.left()).toEqual([])
    await using later = bench.open()
    for (const runtime of [bench.runtime, later]) {
      expect(await runtime.inspect(one)).toEqual(before)
      expect(await runtime.wait(one)).toEqual(before)
      expect(await runtime.readLog(one.controlFolder, 0, 1000)).toMatchObject({ lines: [{ text: 'said' }], end: true })
    }
  })

  test('sweep removes what carries all its labels, and nothing else', async () => {
    const [mine, other] = [bench.shell('sleep 100'), bench.shell('sleep 100')]
    await Promise.all([bench.runtime.start(mine), bench.runtime.start(other)])
    await bench.runtime.sweep({ run: mine.id, step: 'another' })
    expect(bench.left()).toHaveLength(2)
    await bench.runtime.sweep({ run: mine.id })
    expect(bench.left()).toEqual([containerName(other, 0)])
    expect(await bench.runtime.inspect(mine)).toMatchObject({ phase: 'exited', exit: { signal: 'SIGKILL' } })
    expect(await bench.runtime.inspect(other)).toMatchObject({ phase: 'running' })
    await using stranger = openDockerBench()
    await stranger.runtime.sweep({ run: other.id })
    expect(bench.left()).toEqual([containerName(other, 0)])
  })

  test('an engine that is not there is a problem, and nothing was started', async () => {
    const { openDockerEngine, openDockerRuntime } = await import('./index.ts')
    const engine = openDockerEngine({ host: () => 'unix:///nowhere.sock' })
    await using runtime = openDockerRuntime({ home: bench.root, engine })
    await expect(runtime.check?.()).rejects.toMatchObject({ code: 'engine_unavailable' })
    await expect(runtime.start(bench.shell('true'))).rejects.toMatchObject({ code: 'engine_unavailable' })
  })
})

function folder(path: string) {
  return { kind: 'folder' as const, path, mode: 0o755 }
}
