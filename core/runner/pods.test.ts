import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CONTAINER,
  RUNNER_HAZARDS,
  runnerHoldCommand,
  runnerInstallCommand,
  type PodPart,
  type PodSource,
  type PodSpec,
} from '#core/attempts/index.ts'
import { canonicalJson, type Json } from '#core/base/json.ts'
import { digestOfJson, hashBytes, sha256 } from '#core/files/index.ts'
import { archiveCode } from '#core/pipelines/archive.ts'
import { openBlobs } from '#core/store/index.ts'
import {
  createPod,
  finishPod,
  podSpec,
  removePods,
  runPod,
  type PodOptions,
  type PodRun,
} from '#test/support/pod-container.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import {
  buildImage,
  docker,
  enginePlatform,
  prepareRunner,
  removeRunner,
  runnerImage,
} from '#test/support/runner-container.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'

const PYTHON = 'python:3.11-slim'
const BUSYBOX = 'busybox:1.35'

/** What no template, shell or JSON may change on its way. */
const ODD = '{{x}} {{=1+1}} ${{ y }} $(X) $$(X) "q" \'s\' \\ é 😀 \u2028 <&> %s\nand\ttab '
const KIB32 = 'é'.repeat(16 * 1024)

const value = (it: Json) => ({ kind: 'value', value: it, sha256: digestOfJson(it) })
const file = (text: string, executable = false) => ({
  kind: 'file',
  size: Buffer.byteLength(text),
  executable,
  sha256: sha256(text),
})
const encode = (it: Json): string => Buffer.from(canonicalJson(it)).toString('base64')
const output = (
  producer: number,
  name: string,
  artifact: string | null = null,
): Extract<PodSource, { from: 'output' }> => ({
  from: 'output',
  producer,
  output: name,
  artifact,
})
const upstream = (more: Partial<PodSpec['producers'][number]> = {}) => ({
  step: 'a',
  isFanOut: false,
  status: 'Succeeded' as const,
  records: 'r-a',
  ...more,
})

type Shell = Omit<PodOptions, 'image' | 'spec'> & { readonly spec?: Partial<PodSpec>; readonly image?: string }
const shell = (script: string, { spec = {}, image = BUSYBOX, ...more }: Shell = {}): Promise<PodRun> =>
  runPod({ image, spec: podSpec(['sh', '-c', script], spec), ...more })

describeWithDocker('the step runner in a pod', () => {
  let user = ''
  beforeAll(async () => {
    await bundleRunner()
    prepareRunner()
    user = buildImage(`FROM ${PYTHON}\nUSER 1234:1234\nENV OWN=image\n`)
  })
  afterAll(() => {
    removePods()
    removeRunner()
  })

  describe('leaves of a good end', () => {
    const outputs: PodSpec['outputs'] = {
      accuracy: { type: 'number' },
      model: { type: 'folder' },
      text: { type: 'string' },
    }
    const script = `cd $MINISUB_OUTPUTS; echo 0.50 > accuracy; mkdir -p model/empty; echo m > model/m; chmod 755 model/m
      printf '%s' "$TEXT" > text; echo more > undeclared`

    test('records, parameters, the end, and the outputs alone', async () => {
      const spec = { outputs, parameters: ['accuracy', 'text'], env: { TEXT: [ODD] } }
      const { left, end, code, folder, complaints } = await shell(script, { spec })
      const records = {
        accuracy: value(0.5),
        model: {
          kind: 'folder',
          size: 2,
          files: [{ path: 'm', size: 2, executable: true, sha256: sha256('m\n') }],
          emptyFolders: ['empty'],
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
        text: value(ODD),
      }
      expect([code, complaints]).toEqual([0, ''])
      expect(left).toMatchObject({ version: 1, pod: 'a-pod', node: 'a-node', end, outputs: records })
      expect(left.startedAt).toBeGreaterThan(Date.now() - 60_000)
      expect(JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8'))).toEqual(records)
      expect(readFileSync(join(folder, 'p-text'), 'utf8')).toBe(encode(ODD))
      expect(readFileSync(join(folder, 'p-accuracy'), 'utf8')).toBe(encode(0.5))
      expect(readdirSync(folder).toSorted()).toEqual([
        'code',
        'end.json',
        'home',
        'inputs',
        'outputs',
        'outputs.json',
        'p-accuracy',
        'p-text',
      ])
      expect(readdirSync(join(folder, 'outputs')).toSorted()).toEqual(['accuracy', 'model', 'text'])
    })

    test('the same for a user who owns nothing there', async () => {
      const { left, folder, code } = await shell(script, {
        image: user,
        isReadable: true,
        spec: { outputs, parameters: ['accuracy'] },
      })
      expect([code, left.outputs?.['accuracy']]).toEqual([0, value(0.5)])
      expect(readdirSync(folder)).toContain('p-accuracy')
    })

    test('what it left itself under the names of ours is gone', async () => {
      const mess = `cd ${CONTAINER.root}; mkdir -p end.json/x outputs.json p-n; ln -s /etc/passwd end.json.new; echo 1 > $MINISUB_OUTPUTS/n`
      const spec = { outputs: { n: { type: 'integer' as const } }, parameters: ['n'] }
      const { left, folder } = await shell(mess, { spec })
      expect(left.outputs).toEqual({ n: value(1) })
      expect(readFileSync(join(folder, 'p-n'), 'utf8')).toBe(encode(1))
    })
  })

  describe('leaves of another end', () => {
    const outputs: PodSpec['outputs'] = { n: { type: 'integer' }, f: { type: 'file' } }
    const half =
      'echo 1 > $MINISUB_OUTPUTS/n; echo half > $MINISUB_OUTPUTS/f; echo x > ../outputs.json; echo x > ../p-n'

    test.each([
      ['a command that failed', `${half}; exit 3`, 3, null],
      ['outputs that are wrong', `${half}; echo x > $MINISUB_OUTPUTS/n`, 1, 'output_invalid'],
      ['outputs that are missing', 'true', 1, 'output_missing'],
    ])('of %s its words, and no output', async (_, script, exitCode, problem) => {
      const { left, end, code, folder } = await shell(script, { spec: { outputs, parameters: ['n'] } })
      expect([code, end.problem?.code ?? null]).toEqual([exitCode, problem])
      expect(left).toMatchObject({ end, outputs: null, startedAt: expect.any(Number) as number })
      expect(readdirSync(folder).toSorted()).toEqual(['code', 'end.json', 'home', 'inputs'])
    })

    test('of a program that is not there that it did not begin', async () => {
      const { left, code } = await runPod({ image: BUSYBOX, spec: podSpec(['no-such-program']) })
      expect(code).toBe(127)
      expect(left).toMatchObject({ startedAt: null, outputs: null, end: { problem: { code: 'command_not_found' } } })
    })

    test.each([
      ['exit 3', 'exit code 3', {}],
      ['kill -9 $$', 'ended by SIGKILL (exit code 137)', {}],
      ['sleep 60', 'the command ran longer than its timeout: raise it, or do less', { timeoutMs: 300 }],
      ['true', `output "${'n'.repeat(40)}": `, { outputs: { ['n'.repeat(40)]: { type: 'file' as const } } }],
    ])('one sentence for who looks at the pod: %s', async (script, sentence, spec) => {
      const folder = mkdtempSync(join(tmpdir(), 'minisub-termination-'))
      const log = join(folder, 'log')
      writeFileSync(log, '', { mode: 0o666 })
      await shell(script, { spec, args: ['--volume', `${log}:/dev/termination-log`] })
      expect(readFileSync(log, 'utf8')).toContain(sentence.split('": ')[0])
      rmSync(folder, { recursive: true })
    })
  })

  describe('gives a command', () => {
    test('its texts and variables with everything filled in, exactly', async () => {
      const parts: PodPart[] = [
        'run=',
        { run: 'id' },
        ' n=',
        { value: output(0, 'n') },
        ' odd=',
        { value: output(0, 'odd') },
        ' list=',
        { value: output(0, 'list') },
        ' status=',
        { status: 1 },
        ' of ',
        { status: 2 },
        ' default=',
        { value: { ...output(1, 'x'), default: { b: 1, a: ODD } } },
      ]
      const script =
        'import os, sys, json; print(json.dumps(sys.argv[1:])); e = os.environ["E"]; print(e[0], len(e), set(e[1:-1]), e[-1])'
      const spec = podSpec([], {
        command: [['python'], ['-c'], [script], parts, ['{{literal}} $(X)']],
        env: { E: ['<', { value: output(0, 'big') }, '>'] },
        producers: [
          upstream(),
          upstream({ step: 'b', status: null, records: null }),
          upstream({ step: 'c', status: 'Error' }),
        ],
      })
      const records = { n: value(0.1), odd: value(ODD), list: value(['a', { z: 1, é: null }]), big: value(KIB32) }
      const { stdout, end } = await runPod({
        image: PYTHON,
        spec,
        brought: { 'a-r-a': JSON.stringify(records) },
        env: { MINISUB_POD_STATUS_1: 'Omitted' },
      })
      expect(end.problem).toBeNull()
      expect(JSON.parse(stdout[0] ?? '')).toEqual([
        `run=01k0000000000000000000000a n=0.1 odd=${ODD} list=${canonicalJson(['a', { z: 1, é: null }])} status=skipped of failed default=${canonicalJson({ b: 1, a: ODD })}`,
        '{{literal}} $(X)',
      ])
      expect(stdout[1]).toBe(`< ${KIB32.length + 2} {'é'} >`)
    })

    test('what its item is', async () => {
      const spec: Partial<PodSpec> = { each: ['lr', 'name'], env: { LR: [{ each: 'lr' }], NAME: [{ each: 'name' }] } }
      const env = { MINISUB_POD_INDEX: '17', MINISUB_POD_ITEM: encode([0.001, ODD]), MINISUB_POD_RETRY: '2' }
      const { stdout } = await shell('echo "$LR $MINISUB_ITEM $MINISUB_ATTEMPT"; printf "%s" "$NAME"', { spec, env })
      expect(stdout.join('\n')).toBe(`0.001 17 3\n${ODD}`)
    })

    test('the variables of its image and its own, and none of the pod', async () => {
      const image = buildImage(
        `FROM ${BUSYBOX}\nENV OWN=image LD_PRELOAD=/x.so NODE_OPTIONS=--x APP_PORT=80 STEP=image\n`,
      )
      // Kubernetes can set them to nothing, but not take them out of what an image sets
      const hazards = Object.fromEntries(RUNNER_HAZARDS.map((name) => [name, '']))
      const service = { DB_SERVICE_HOST: '10.0.0.1', DB_SERVICE_PORT: '80', DB_PORT: 'tcp://10.0.0.1:80' }
      const { stdout, complaints } = await shell('env | sort', {
        image,
        spec: { env: { STEP: ['step'], HOME: ['/own'] }, secrets: { TOKEN: 1 }, imageEnv: { NODE_OPTIONS: '--x' } },
        env: {
          ...hazards,
          ...service,
          ARGO_TEMPLATE: '{}',
          KUBERNETES_PORT: 'x',
          MINISUB_POD_SECRET_1: 'hunter22',
        },
      })
      expect(complaints).toBe('')
      expect(stdout.filter((line) => !/^(HOSTNAME|PATH|PWD|SHLVL)=/.test(line))).toEqual([
        'APP_PORT=80',
        'HOME=/own',
        'MINISUB_ATTEMPT=1',
        'MINISUB_INPUTS=/mini-submarine/inputs',
        'MINISUB_OUTPUTS=/mini-submarine/outputs',
        'MINISUB_RUN_ID=01k0000000000000000000000a',
        'MINISUB_STEP=train',
        'NODE_OPTIONS=--x',
        'OWN=image',
        'STEP=step',
        'TOKEN=***',
      ])
    })

    test('secrets that its log hides, and that nothing it leaves holds', async () => {
      const spec: Partial<PodSpec> = { secrets: { TOKEN: 0 }, outputs: { n: { type: 'string' } } }
      const script = 'echo "is $TOKEN"; echo "$TOKEN" >&2; echo fine > $MINISUB_OUTPUTS/n'
      const { stdout, stderr, folder } = await shell(script, { spec, env: { MINISUB_POD_SECRET_0: 'hunter22' } })
      expect([stdout, stderr]).toEqual([['is ***'], ['***']])
      expect(spawnSync('grep', ['-r', 'hunter22', folder]).status).toBe(1)
    })

    test('the code of the run in its working folder, to change as it likes', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'minisub-pod-code-'))
      const blobs = openBlobs(folder)
      const tool = { path: 'bin/tool é', executable: true, ...blobs.putBytes(Buffer.from('#!/bin/sh\necho tool\n')) }
      const snapshot = { files: [tool], links: [{ path: 'go', target: 'bin/tool é' }] }
      const code = await buffer(archiveCode(snapshot, blobs))
      rmSync(folder, { recursive: true })
      for (const image of [BUSYBOX, user]) {
        const script = 'pwd; ./go; echo x >> "bin/tool é"; echo y > bin/new; stat -c "%a" "bin/tool é" bin; ls ..'
        const run = await shell(script, {
          image,
          isReadable: image === user,
          spec: { hasCode: true },
          brought: { 'a-code': code },
        })
        expect(run.stdout).toEqual(['/mini-submarine/code', 'tool', '755', '755', 'code', 'home', 'inputs', 'outputs'])
        expect([run.end.exitCode, run.stderr]).toEqual([0, []])
      }
    })
  })

  describe('places inputs', () => {
    const big = 'x'.repeat(3_000_000)
    const records = [file('0'), file('1', true)]
    const folderRecord = {
      kind: 'folder' as const,
      size: 3,
      files: [{ path: 'deep/run é', size: 3, executable: true, sha256: sha256('run') }],
      emptyFolders: ['none'],
      sha256: '0'.repeat(64),
    }
    const brought = {
      'a-r-a/0.json': JSON.stringify({ f: records[0], v: value('zero') }),
      'a-r-a/1.json': JSON.stringify({ f: records[1], v: value(ODD) }),
      'a-f/0': '0',
      'a-f/1': '1',
      'a-f/2': 'of an earlier attempt',
      'a-folder/deep/run é': 'run',
      'a-folder/other': 'not listed',
      'a-big': big,
    }
    const spec: Partial<PodSpec> = {
      producers: [upstream({ isFanOut: true }), upstream({ step: 'b', status: 'Skipped', records: null })],
      inputs: [
        { name: 'gathered', source: output(0, 'f', 'f') },
        { name: 'steps.a.f', source: output(0, 'f', 'f') },
        { name: 'values', source: output(0, 'v') },
        { name: 'default', source: { ...output(1, 'd'), default: [1] } },
        { name: 'folder', source: { from: 'file', record: folderRecord, artifact: 'folder' } },
        { name: 'big', source: { from: 'file', record: file(big) as never, artifact: 'big' } },
      ],
    }
    const script = `cd $MINISUB_INPUTS; find . | sort | while read it; do echo "$(stat -c "%a %u" "$it") $it"; done
      cat gathered/1 steps.a.f/0 default; echo; cat values; echo; wc -c < big; ls ${CONTAINER.root}`
    const lines = (uid: number, root: string) => [
      `755 ${uid} .`,
      `444 ${uid} ./big`,
      `444 ${uid} ./default`,
      `555 ${uid} ./folder`,
      `555 ${uid} ./folder/deep`,
      `555 ${uid} ./folder/deep/run é`,
      `555 ${uid} ./folder/none`,
      `555 ${uid} ./gathered`,
      `444 ${uid} ./gathered/0`,
      `555 ${uid} ./gathered/1`,
      `555 ${uid} ./steps.a.f`,
      `444 ${uid} ./steps.a.f/0`,
      `555 ${uid} ./steps.a.f/1`,
      `444 ${uid} ./values`,
      '10[1]',
      canonicalJson(['zero', ODD]),
      '3000000',
      ...root.split(' '),
    ]

    test('of root by moving them', async () => {
      const { stdout, stderr } = await shell(script, { spec, brought })
      expect([stdout, stderr]).toEqual([lines(0, 'code home inputs outputs'), []])
    })

    test('of another user by copying them', async () => {
      const { stdout, stderr } = await shell(script, { image: user, isReadable: true, spec, brought })
      // what lies in folders of root another user cannot remove
      expect([stdout, stderr]).toEqual([lines(1234, 'a-f a-folder a-r-a code home inputs outputs'), []])
    })

    test.each([
      ['has other bytes', { 'a-big': big.replace(/x$/, 'y') }, 'artifact_corrupt'],
      ['is not there', { 'a-big': undefined }, 'artifact_missing'],
    ])('unless one %s: then the command does not begin', async (_, changed, code) => {
      const { left, stdout, code: exitCode } = await shell('echo began', { spec, brought: { ...brought, ...changed } })
      expect([exitCode, stdout, left.end.problem?.code, left.startedAt, left.outputs]).toEqual([
        1,
        [],
        code,
        null,
        null,
      ])
    })
  })

  test.each([
    ['a status', { MINISUB_POD_STATUS_0: "{{=tasks['s-a'].status}}" }],
    ['an item', { MINISUB_POD_ITEM: "{{=fromJSON(inputs.parameters['items'])[0]}}" }],
  ])('fails the step where Argo left the text of %s', async (_, env) => {
    const all = { MINISUB_POD_STATUS_0: 'Failed', MINISUB_POD_ITEM: encode(1), MINISUB_POD_INDEX: '0', ...env }
    const spec = { each: ['x'], producers: [upstream({ status: null, records: null })] }
    const { left, stdout, code } = await shell('echo began', { spec, env: all })
    expect([code, stdout]).toEqual([1, []])
    expect(left.end.problem).toMatchObject({
      code: 'argo_unresolved',
      message: expect.stringContaining('{{') as string,
    })
  })

  describe('ends a command', () => {
    const stubborn = `trap 'echo asked; sleep 0.2; exit 0' TERM; echo ready; while :; do sleep 0.05; done`

    test('when its time is over, not later, and fails whatever it answers', async () => {
      const spec = { timeoutMs: 1_500, outputs: { n: { type: 'integer' as const } } }
      const { left, stdout, code } = await shell(`echo 1 > $MINISUB_OUTPUTS/n; ${stubborn}`, { spec })
      expect([code, stdout.at(-1)]).toEqual([1, 'asked'])
      expect(left).toMatchObject({ outputs: null, end: { exitCode: 0, stoppedBy: 'timeout' } })
      const ranMs = left.end.finishedAt - (left.startedAt ?? 0)
      expect(ranMs).toBeGreaterThanOrEqual(1_500)
      expect(ranMs).toBeLessThan(2_500)
    })

    test('when the pod is asked to stop, with the grace that it has', async () => {
      const id = createPod({
        image: BUSYBOX,
        spec: podSpec(['sh', '-c', `trap '' TERM; echo ready; while :; do sleep 1; done`], { graceMs: 700 }),
      })
      const running = finishPod(id)
      await expect.poll(() => docker('logs', id)).toMatch(/^o.*ready$/m)
      docker('stop', '--time', '30', id)
      const { left, code } = await running
      expect(code).toBe(137)
      expect(left).toMatchObject({ outputs: null, end: { exitCode: 137, stoppedBy: 'signal' } })
    })

    test('before it began, when the pod is asked to stop while inputs are placed', async () => {
      const zeros = Buffer.alloc(100_000_000)
      const record = { kind: 'file' as const, size: zeros.length, executable: false, sha256: hashBytes(zeros) }
      // So many that placing them takes longer than the stop is on its way.
      const inputs = Array.from({ length: 20 }, (_, index) => index + 1).map((it) => ({
        name: `in${it}`,
        source: { from: 'file' as const, record, artifact: 'zeros' },
      }))
      const spec = podSpec(['echo', 'began'], { inputs })
      const id = createPod({ image: BUSYBOX, spec, brought: { 'a-zeros': zeros } })
      const running = finishPod(id)
      await expect.poll(() => docker('inspect', '--format', '{{.State.Running}}', id)).toBe('true')
      // The first of the inputs is being placed.
      const isPlacing = () =>
        spawnSync('docker', ['exec', id, 'test', '-e', join(CONTAINER.inputs, 'in1')]).status === 0
      await expect.poll(isPlacing, { interval: 20 }).toBe(true)
      docker('stop', '--time', '30', id)
      const { left, stdout } = await running
      expect(stdout).toEqual([])
      expect(left).toMatchObject({ startedAt: null, outputs: null, end: { exitCode: null, stoppedBy: 'signal' } })
    })
  })

  test('says that the disk is full, and makes room to say it', async () => {
    const small = ['--driver', 'local', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=size=1m']
    const volume = docker('volume', 'create', ...small)
    // what is in memory is gone when nobody has it
    const holder = docker('run', '--detach', '--volume', `${volume}:/held`, BUSYBOX, 'sleep', '600')
    try {
      const spec = { outputs: { out: { type: 'file' as const } } }
      const script = 'cat /dev/zero > $MINISUB_OUTPUTS/out; true'
      const { left, code } = await shell(script, { spec, volume })
      expect([code, left.outputs, left.end.problem?.code]).toEqual([1, null, 'disk_full'])
    } finally {
      docker('rm', '--force', holder)
      docker('volume', 'rm', volume)
    }
  })

  test('is copied into the volume of a pod by another container, which was held until then, and runs from there', async () => {
    const volume = docker('volume', 'create')
    try {
      const [loader = '', ...rest] = runnerInstallCommand(enginePlatform(), '/target')
      const mount = ['--volume', `${volume}:/target`, '--entrypoint', loader, runnerImage()]
      const held = docker('run', '--detach', ...mount, ...runnerHoldCommand(enginePlatform(), '/target').slice(1))
      expect(docker('inspect', '--format', '{{.State.Running}}', held)).toBe('true')
      docker('run', '--rm', ...mount, ...rest)
      expect(docker('wait', held)).toBe('0')
      docker('rm', held)
      const args = ['--volume', `${volume}:${CONTAINER.runner}:ro`]
      for (const image of [BUSYBOX, user]) {
        const { stdout } = await shell('echo fine', { image, isReadable: true, hasVolume: false, args })
        expect(stdout).toEqual(['fine'])
      }
    } finally {
      docker('volume', 'rm', volume)
    }
  })

  test('lies in the layer of an image that took it from its own', async () => {
    const image = buildImage(`FROM ${BUSYBOX}\nCOPY --from=${runnerImage()} ${CONTAINER.runner} ${CONTAINER.runner}\n`)
    const id = createPod({ image, spec: podSpec(['echo', 'fine']), hasVolume: false })
    expect((await finishPod(id)).stdout).toEqual(['fine'])
  })
})
