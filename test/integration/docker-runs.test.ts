import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

describeWithDocker('a run in containers', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'docker' })))
  afterAll(() => engine[Symbol.asyncDispose]())

  const runOf = async (spec: object, target = 'docker') => engine.run(await engine.pipeline(spec), { target })

  /** Events without what differs from run to run: times, use of the machine, ids. */
  const traceOf = (run: string): object[] =>
    engine.events(run).map((event) => {
      const { seq: _seq, at: _at, ...rest } = event as RunEvent & { seq: number; at: number }
      const noise = [
        'startedAt',
        'finishedAt',
        'retryAt',
        'cpuSeconds',
        'peakMemoryBytes',
        'notEnforced',
        'image',
        'verdict',
      ]
      return Object.fromEntries(Object.entries(rest).filter(([key]) => !noise.includes(key)))
    })

  test('gives a step its code, its variables and an empty home, and takes its outputs and its log', async () => {
    await engine.write('hello.txt', 'from the code')
    const script =
      'cat hello.txt; echo; pwd; ls -A "$HOME"; echo "$MINISUB_STEP $MINISUB_ATTEMPT $MINISUB_INPUTS"; cat hello.txt > "$MINISUB_OUTPUTS/copy"; printf 3 > "$MINISUB_OUTPUTS/n"'
    const run = await runOf({
      steps: { a: sh(script, { outputs: { copy: { type: 'file' }, n: { type: 'integer' } } }) },
    })
    expect(stepOf(run, 'a')).toMatchObject({ status: 'succeeded', reason: null, outputs: { n: 3 } })
    expect(await engine.log(run.id, 'a')).toEqual([
      'from the code',
      '/mini-submarine/code',
      'a 1 /mini-submarine/inputs',
    ])
    expect(await engine.text(run.id, 'a', { output: 'copy' })).toBe('from the code')
    expect(engine.service.detail({ run: run.id, step: 'a', item: null })).toMatchObject({
      inputBytes: 0,
      outputBytes: 14,
    })
  })

  test('lets it see nothing of this machine’s variables, and all of the image’s', async () => {
    process.env['HTTP_PROXY_OF_TEST'] = 'x'
    const run = await runOf({ steps: { a: sh('env', { env: { OWN: 'mine' } }) } })
    const names = (await engine.log(run.id, 'a')).map((line) => line.split('=')[0])
    expect(names).toEqual(expect.arrayContaining(['OWN', 'HOME', 'PATH', 'MINISUB_RUN_ID']))
    expect(names.filter((name) => /proxy|LANGUAGE|TMPDIR|NODE/i.test(name ?? ''))).toEqual([])
  })

  test('runs in the image of its environment, and makes one of Python where it is locked', async () => {
    const image = 'busybox:1.35'
    const spec = {
      environments: { box: { image }, py: { python: '>=3.9' } },
      steps: {
        box: { ...sh('busybox | head -1'), environment: 'box' },
        py: { command: ['python', '-c', 'import sys; print(sys.prefix)'], environment: 'py' },
      },
    }
    const run = await runOf(spec)
    expect(statusesOf(run)).toEqual({ box: 'succeeded', py: 'succeeded' })
    expect((await engine.log(run.id, 'box'))[0]).toMatch(/^BusyBox v1\.35/)
    expect((await engine.log(run.id, 'py'))[0]).toMatch(/^\//)
  })

  test('hands on files, folders, values and what a fan-out gathers, with modes and empty folders', async () => {
    await engine.write('data/in.txt', 'beside the document')
    await engine.write('data/deep/run.sh', '#!/bin/sh\necho ran\n', 0o755)
    const make =
      'mkdir -p "$MINISUB_OUTPUTS/tree/empty"; printf "$1" > "$MINISUB_OUTPUTS/tree/leaf ü.txt"; printf "$1" > "$MINISUB_OUTPUTS/v"; printf "file $1" > "$MINISUB_OUTPUTS/f"'
    const look =
      'cd "$MINISUB_INPUTS"; find . | LC_ALL=C sort; cat one/in.txt; echo; ./one/deep/run.sh; cat files/1; echo; cat values; echo; cat "$1"; echo; test -w one/in.txt && echo writable; true'
    const spec = {
      steps: {
        make: sh(make, '${{ each.i }}', {
          forEach: { i: [7, 8] },
          outputs: { tree: { type: 'folder' }, v: { type: 'integer' }, f: { type: 'file' } },
        }),
        single: sh('printf alone > "$MINISUB_OUTPUTS/f"', { outputs: { f: { type: 'file' } } }),
        look: sh(look, '${{ steps.single.outputs.f.path }}', {
          inputs: {
            one: { folder: 'data' },
            trees: '${{ steps.make.outputs.tree }}',
            files: '${{ steps.make.outputs.f }}',
            values: '${{ steps.make.outputs.v }}',
          },
        }),
      },
    }
    const [docker, local] = [await runOf(spec), await runOf(spec, 'process')]
    expect(statusesOf(docker)).toEqual(
      Object.fromEntries(['make[0]', 'make[1]', 'single', 'look'].map((name) => [name, 'succeeded'])),
    )
    const lines = await engine.log(docker.id, 'look')
    expect(lines).toEqual(
      expect.arrayContaining(['./trees/0/empty', './trees/1/leaf ü.txt', 'ran', 'file 8', '[7,8]', 'alone']),
    )
    // The second run found all in the cache of the first.
    expect(Object.values(statusesOf(local))).toEqual(['cached', 'cached', 'cached', 'cached'])
  })

  test('finds in the cache what a process left, and the other way round', async () => {
    const spec = (text: string) => ({
      steps: {
        a: sh(`printf ${text} > "$MINISUB_OUTPUTS/o"`, { outputs: { o: { type: 'string' } } }),
        b: sh('printf "$1" > "$MINISUB_OUTPUTS/o"', '${{ steps.a.outputs.o }}', { outputs: { o: { type: 'string' } } }),
      },
    })
    for (const [first, second] of [
      ['process', 'docker'],
      ['docker', 'process'],
    ] as const) {
      const ran = await runOf(spec(`from-${first}`), first)
      const found = await runOf(spec(`from-${first}`), second)
      expect(statusesOf(ran)).toEqual({ a: 'succeeded', b: 'succeeded' })
      expect(statusesOf(found)).toEqual({ a: 'cached', b: 'cached' })
      expect(found.steps.map(({ stepKey, outputs }) => ({ stepKey, outputs }))).toEqual(
        ran.steps.map(({ stepKey, outputs }) => ({ stepKey, outputs })),
      )
    }
  })

  test('tells the same of a command that is not there, that fails, that dies, and of outputs that are wrong', async () => {
    const steps = {
      missing: { command: ['no-such-program'] },
      fails: sh('exit 7'),
      dies: sh('kill -9 $$'),
      silent: sh('true', { outputs: { o: { type: 'file' } } }),
      wrong: sh('printf x > "$MINISUB_OUTPUTS/o"', { outputs: { o: { type: 'integer' } } }),
      linked: sh('ln -s /etc/passwd "$MINISUB_OUTPUTS/o"', { outputs: { o: { type: 'file' } } }),
    }
    const file = await engine.pipeline({ steps })
    const traces = []
    for (const target of ['process', 'docker']) {
      const run = await engine.run(file, { target, parallelism: 1, cache: false })
      expect(run.status).toBe('failed')
      traces.push(traceOf(run.id))
    }
    expect(traces[1]).toEqual(traces[0])
  })

  test('keeps secrets out of its log and out of what the engine tells', async () => {
    await engine.secrets.set('api', 'token', 'hunter22-and-more')
    const spec = { steps: { a: sh('echo "$TOKEN"', { secrets: { TOKEN: { secret: 'api', key: 'token' } } }) } }
    expect(await engine.log((await runOf(spec)).id, 'a')).toEqual(['***'])
  })

  test('runs more steps at once than there are processors, where that is asked for', async () => {
    const items = Array.from({ length: 8 }, (_, i) => i)
    const file = await engine.pipeline({ steps: { a: sh('sleep 2', { forEach: { i: items } }) } })
    const run = await engine.run(file, { cache: false, parallelism: 8 })
    const starts = engine.events(run.id).flatMap((event) => (event.kind === 'attempt.started' ? [event.startedAt] : []))
    const ends = engine.events(run.id).flatMap((event) => (event.kind === 'attempt.finished' ? [event.finishedAt] : []))
    expect(Math.max(...starts)).toBeLessThan(Math.max(...ends))
    expect(run.status).toBe('succeeded')
  })

  test('samples what a step uses', async () => {
    const run = await runOf({ steps: { a: sh('sleep 2.5') } })
    const { samples } = engine.service.usage({ run: run.id, step: 'a', item: null })
    expect(samples.length).toBeGreaterThan(0)
    expect(samples[0]?.memoryBytes).toBeGreaterThan(0)
  })
})
