import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { initialState } from '#core/pipelines/index.ts'
import {
  documentOf,
  fileRecord,
  folderRecord,
  inputOf,
  planOf,
  PROFILE,
  valueRecord,
  type Hits,
} from './compile-fixture.ts'
import type { CompileInput } from './types.ts'

const SAMPLES = join(import.meta.dirname, '..', '..', 'resources', 'samples')
const sample = (name: string): string => readFileSync(join(SAMPLES, name, 'pipeline.yaml'), 'utf8')

const step = (more: object = {}): object => ({ command: ['sh', '-c', 'exit 0'], ...more })
const value = (type: string, more: object = {}): object => ({ x: { type, ...more } })
const number = value('number')
const list = value('list')

/** What the compiler is given for a golden file. */
export function goldenInput(name: string): CompileInput {
  const make = GOLDEN[name]
  if (make === undefined) throw new Error(`no golden file ${name}`)
  return make()
}

function ofSpec(steps: Readonly<Record<string, object>>, hits?: Hits, change?: Partial<CompileInput>): CompileInput {
  return inputOf(planOf(documentOf({ steps })), hits, change)
}

const hitsOf =
  (hits: Readonly<Record<string, ReturnType<Hits>>>): Hits =>
  (name, item) =>
    hits[item === null ? name : `${name}[${item}]`]

/** Texts that mean something to a shell, to YAML, to Argo or to Kubernetes. */
const ODD = [
  '{{workflow.name}}',
  '{{=1+1}}',
  '$(HOME)',
  '`id`',
  "'",
  '"',
  '\\',
  'a\nb',
  '}}',
  '#',
  '\u2028',
  '🐋',
  '',
  ' ',
]

/** Pipelines that together use everything that the compiler knows, by the names of their golden files. */
export const GOLDEN: Readonly<Record<string, () => CompileInput>> = {
  wine: () => inputOf(planOf(sample('wine')), undefined, { parallelism: 4 }),
  diabetes: () => inputOf(planOf(sample('diabetes'))),
  'wine-template': () => {
    const plan = planOf(sample('wine'))
    return { ...inputOf(plan), state: initialState(plan), run: null }
  },
  conditions: () =>
    ofSpec({
      a: step({ outputs: { ...number, flag: { type: 'boolean' }, l: { type: 'list' } } }),
      high: step({ when: '${{ steps.a.outputs.x >= 0.9 && !(steps.a.outputs.x == 1.0) }}' }),
      flag: step({ when: '${{ steps.a.outputs.flag }}' }),
      nested: step({ when: "${{ (size(steps.a.outputs.l) > 2 ? 'b' : '}}') in ['b', 'c', null, -1.5] }}" }),
      never: step({ needs: ['a'], when: '${{ false }}' }),
    }),
  edges: () =>
    ofSpec({
      a: step(),
      b_b: step({ needs: { a: 'finished' } }),
      cleanup: step({ needs: { a: 'failed', b_b: 'succeeded' }, when: "${{ steps.a.status == 'failed' }}" }),
      report: step({ command: ['echo', '${{ steps.a.status }}', 'and ${{ steps.cleanup.status }}'] }),
    }),
  register: () =>
    ofSpec({
      a: step({ outputs: { ...number, f: { type: 'file' } } }),
      register: {
        register: { model: 'wine', from: '${{ steps.a.outputs.f }}', tags: { x: '${{ steps.a.outputs.x }}' } },
        when: '${{ steps.a.outputs.x >= 0.9 }}',
      },
      b: step({ needs: ['a'] }),
      late: {
        register: { model: 'late', from: '${{ steps.a.outputs.f }}' },
        needs: { b: 'failed', register: 'finished' },
      },
    }),
  defaults: () =>
    ofSpec({
      maybe: step({ when: '${{ false }}', outputs: value('integer', { default: 7 }) }),
      a: step({ outputs: value('string', { default: 'none' }), retry: { limit: 1 } }),
      each: step({ needs: ['a'], forEach: { i: [1, 2] }, outputs: value('integer', { default: [0] }) }),
      reader: step({
        command: ['echo', '${{ steps.maybe.outputs.x }}', '${{ steps.a.outputs.x }}', '${{ steps.each.outputs.x }}'],
        inputs: { x: '${{ steps.each.outputs.x }}' },
        when: "${{ steps.a.outputs.x != 'none' || size(steps.each.outputs.x) == 1 || steps.maybe.outputs.x == 7 }}",
      }),
    }),
  'fan-outs': () =>
    ofSpec({
      a: step({ outputs: { ...list, f: { type: 'file' }, d: { type: 'folder' }, n: { type: 'integer' } } }),
      fixed: step({
        forEach: { s: ['one', '{{item}}', ''] },
        parallelism: 2,
        command: ['echo', '${{ each.s }}', '${{ steps.a.outputs.d.path }}', '${{ outputs.f.path }}', '${{ run.id }}'],
        inputs: { f: '${{ steps.a.outputs.f }}' },
        outputs: { ...number, f: { type: 'file' } },
        retry: { limit: 3, backoff: { duration: '1.5s', factor: 1.5, cap: '1m' } },
      }),
      computed: step({ forEach: { i: '${{ steps.a.outputs.x }}' }, outputs: number }),
      product: step({
        forEach: {
          i: '${{ steps.fixed.outputs.x }}',
          j: [1, 'b'],
          k: '${{ [steps.a.outputs.n, 2] }}',
        },
        command: ['echo', '${{ each.i }}-${{ each.k }}', '${{ steps.computed.status }}'],
      }),
      gather: step({
        inputs: { all: '${{ steps.fixed.outputs.f }}', numbers: '${{ steps.computed.outputs.x }}' },
        when: '${{ 0.5 in steps.fixed.outputs.x }}',
      }),
    }),
  resources: () =>
    inputOf(
      planOf(
        documentOf({
          environments: { torch: { image: 'registry.example/torch:1' } },
          steps: {
            a: step({
              environment: 'torch',
              timeout: '90s',
              resources: { cpu: 0.25, memory: '1Gi', gpu: 1, pids: 100, shm: '256Mi' },
              network: false,
              env: { MODE: 'x' },
              secrets: { TOKEN: { secret: 'hub', key: 'token' }, OTHER: { secret: 'hub', key: 'other' } },
            }),
          },
        }),
      ),
      undefined,
      {
        images: {
          torch: {
            reference: `registry.example/torch@sha256:${'a'.repeat(64)}`,
            runner: 'copy',
            env: { PATH: '/bin', LD_PRELOAD: '/x.so', NODE_OPTIONS: '--inspect' },
            why: '',
          },
        },
        secrets: {
          a: { TOKEN: { name: 'minisub-run', key: 'hub.token' }, OTHER: { name: 'minisub-run', key: 'hub.other' } },
        },
        profile: {
          ...PROFILE,
          platform: 'linux/arm64',
          nodeSelector: { pool: 'gpu' },
          tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
          imagePullSecret: 'pull',
          labels: { team: 'vision' },
        },
        labels: { 'mini-submarine/home': 'h1' },
      },
    ),
  'image-volume': () => {
    const input = ofSpec({ a: step() })
    const [image] = Object.values(input.images)
    if (image === undefined) throw new Error('no image')
    return { ...input, images: { '': { ...image, runner: 'copy' } }, imageVolumes: true }
  },
  files: () =>
    ofSpec(
      { a: step({ inputs: { f: { file: 'in.csv' }, d: { folder: 'in' } }, command: ['cat', '${{ inputs.f.path }}'] }) },
      undefined,
      { files: { a: { f: fileRecord('1,2', true), d: folderRecord({ 'x/y.txt': 'y' }) } }, code: null },
    ),
  cached: () =>
    ofSpec(
      {
        a: step({ outputs: { ...list, f: { type: 'file' } } }),
        each: step({ forEach: { i: '${{ steps.a.outputs.x }}' }, outputs: { ...number, f: { type: 'file' } } }),
        whole: step({ forEach: { i: [1, 2] }, outputs: { d: { type: 'folder' } } }),
        open: step({ needs: ['a'], outputs: { y: { type: 'integer' } } }),
        reader: step({
          inputs: {
            f: '${{ steps.a.outputs.f }}',
            all: '${{ steps.each.outputs.f }}',
            d: '${{ steps.whole.outputs.d }}',
          },
          command: ['echo', '${{ steps.a.outputs.x }}', '${{ steps.open.outputs.y }}'],
          when: '${{ 2.5 in steps.each.outputs.x && size(steps.a.outputs.x) > steps.open.outputs.y }}',
        }),
        skipped: step({ when: '${{ size(steps.a.outputs.x) == 0 }}' }),
        below: step({ needs: { skipped: 'succeeded', open: 'succeeded' } }),
        after: step({ needs: { below: 'finished' }, command: ['echo', '${{ steps.skipped.status }}'] }),
      },
      hitsOf({
        a: { x: valueRecord([1, 2, 3, 4]), f: fileRecord('f') },
        'each[0]': { x: valueRecord(1.5), f: fileRecord('0') },
        'each[2]': { x: valueRecord(2.5), f: fileRecord('2') },
        'whole[0]': { d: folderRecord({ a: 'a' }) },
        'whole[1]': { d: folderRecord({ a: 'b' }) },
      }),
      { locate: (name) => (name === 'a' ? 'runs/01k0000000000000000000run0/a/f' : undefined) },
    ),
  'odd-texts': () =>
    ofSpec({
      a: step({ command: ODD, env: { A: ODD.join('|') }, outputs: value('string', { default: ODD.join('') }) }),
      b: step({
        forEach: { t: ODD },
        command: ['echo', '${{ each.t }}'],
        when: `\${{ steps.a.outputs.x == ${JSON.stringify(ODD.join(''))} }}`,
      }),
    }),
  groups: () => ({
    ...ofSpec({
      a: step(),
      b: step({ needs: ['a'] }),
      c: step(),
      d: step({ forEach: { i: [1] }, needs: ['c'] }),
      e: step(),
    }),
    limits: { version: '0', templates: null, tasks: 3, parameters: null, bytes: 2 ** 20 },
  }),
}
