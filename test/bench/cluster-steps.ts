import { setTimeout as sleep } from 'node:timers/promises'
import { openEngine, sh, type Engine } from '../support/engine.ts'
import { openLab, WORKFLOWS } from '../support/lab-target.ts'
import { kubernetesFault } from '../support/requirements.ts'
import { median, type Measurement } from './report.ts'

const ROUNDS = 3
const CHAIN = 5
const LOOK_MS = 50

type Lab = ReturnType<typeof openLab>

/** What steps on a cluster cost over a Workflow that somebody wrote by hand; nothing where there is no cluster. */
export async function measureClusterSteps(): Promise<Measurement[]> {
  if (kubernetesFault() !== undefined) return []
  await using cluster = openLab()
  await using engine = await openEngine({ target: 'lab' })
  const layered = await chain(engine)
  const { image } = await imageOf(engine, { cluster, file: layered })
  // What a registry has is used as it is, so that the step runner is copied in the pod.
  const asItIs = await chain(engine, { name: 'chain-as-it-is', image })
  const [floors, layers, inits, submits]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (let round = 0; round <= ROUNDS; round += 1) {
    const floor = await byHand(cluster, image)
    const layer = await byUs(engine, { cluster, file: layered })
    const init = await byUs(engine, { cluster, file: asItIs })
    if (round === 0) continue
    floors.push(floor)
    layers.push(layer.seconds)
    inits.push(init.seconds)
    submits.push(layer.submit)
  }
  const floor = median(floors)
  const one = { unit: 's', floor: floor / CHAIN, floorName: 'a Workflow written by hand' }
  return [
    { name: 'cluster step, runner in a layer', value: median(layers) / CHAIN, bound: (floor / CHAIN) * 1.1, ...one },
    {
      name: 'cluster step, runner copied in the pod',
      value: median(inits) / CHAIN,
      bound: (floor / CHAIN) * 1.25,
      ...one,
    },
    { name: 'sending a prepared run', value: median(submits), unit: 's', floor: null, floorName: '', bound: 1 },
  ]
}

type Played = { readonly cluster: Lab; readonly file: string }

async function imageOf(engine: Engine, { cluster, file }: Played): Promise<{ readonly image: string }> {
  const { id } = await engine.run(file, { cache: false })
  const { spec } = (await cluster.get(WORKFLOWS, id)) as unknown as {
    readonly spec: { readonly templates: readonly { readonly container?: { readonly image: string } }[] }
  }
  const image = spec.templates.flatMap(({ container }) => (container === undefined ? [] : [container.image]))[0] ?? ''
  return { image }
}

/** Each step reads what the one before wrote. */
function chain(engine: Engine, own?: { readonly name: string; readonly image: string }): Promise<string> {
  const environment = own === undefined ? {} : { environment: 'own' }
  const steps = Array.from({ length: CHAIN }, (_, index) => {
    const inputs = index === 0 ? {} : { inputs: { before: `\${{ steps.s${index - 1}.outputs.n }}` } }
    return [
      `s${index}`,
      { ...sh('echo 1 > "$MINISUB_OUTPUTS/n"'), ...environment, outputs: { n: { type: 'file' } }, ...inputs },
    ]
  })
  const environments = own === undefined ? {} : { environments: { own: { image: own.image } } }
  return engine.pipeline({ ...environments, steps: Object.fromEntries(steps) }, own?.name ?? 'chain')
}

async function byUs(
  engine: Engine,
  { cluster, file }: Played,
): Promise<{ readonly seconds: number; readonly submit: number }> {
  const { id } = await engine.start(file, { cache: false })
  const at = (kind: string): number | undefined => engine.events(id).find((event) => event.kind === kind)?.at
  while (at('run.submitted') === undefined) await sleep(LOOK_MS)
  const submit = ((at('run.submitted') ?? Number.NaN) - (at('run.started') ?? Number.NaN)) / 1000
  const seconds = await secondsOf(cluster, id)
  await engine.end(id)
  return { seconds, submit }
}

async function byHand(cluster: Lab, image: string): Promise<number> {
  const created = await cluster.create(WORKFLOWS, handWritten(image))
  const { name } = created.metadata
  const seconds = await secondsOf(cluster, name)
  await cluster.delete(WORKFLOWS, name)
  return seconds
}

/** From when Argo has begun to when it is over. The cluster's own clock tells whole seconds only. */
async function secondsOf(cluster: Lab, name: string): Promise<number> {
  let began: number | undefined
  for (;;) {
    const { status = {} } = (await cluster.get(WORKFLOWS, name)) as unknown as {
      readonly status?: Record<string, string>
    }
    if (status['startedAt']) began ??= performance.now()
    if (began !== undefined && status['finishedAt']) return (performance.now() - began) / 1000
    await sleep(LOOK_MS)
  }
}

/** The same chain as a person would write it: an artifact from each step to the next. */
function handWritten(image: string): object {
  const names = Array.from({ length: CHAIN }, (_, index) => `s${index}`)
  const tasks = names.map((name, index) => ({
    name,
    template: index === 0 ? 'first' : 'next',
    ...(index === 0
      ? {}
      : {
          depends: `s${index - 1}.Succeeded`,
          arguments: { artifacts: [{ name: 'before', from: `{{tasks.s${index - 1}.outputs.artifacts.n}}` }] },
        }),
  }))
  const outputs = { artifacts: [{ name: 'n', path: '/tmp/n', archive: { none: {} } }] }
  const container = { image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', 'echo 1 > /tmp/n'] }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: 'by-hand-' },
    spec: {
      entrypoint: 'root',
      serviceAccountName: 'pipeline',
      archiveLogs: true,
      podGC: { strategy: 'OnPodCompletion' },
      templates: [
        { name: 'root', dag: { tasks } },
        { name: 'first', container, outputs },
        { name: 'next', container, outputs, inputs: { artifacts: [{ name: 'before', path: '/tmp/before' }] } },
      ],
    },
  }
}
