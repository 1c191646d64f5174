import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { dockerFault, kindFault } from '../support/requirements.ts'
import { KIND_IMAGE, openKindCore } from '../support/kind-core.ts'
import { median, type Measurement } from './report.ts'

const ROUNDS = 3
const NAME = 'bench-local'

/** Seconds until a local cluster is proven usable, images in place; nothing where kind cannot be used. */
export async function measureLocalCluster(): Promise<Measurement[]> {
  if ((dockerFault() ?? kindFault()) !== undefined) return []
  await using core = await openKindCore()
  await core.start()
  const [ours, floors]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(byHand(join(core.sandbox.folder, 'kubeconfig')))
    const began = performance.now()
    const form = { name: NAME, ...(KIND_IMAGE === '' ? {} : { nodeImage: KIND_IMAGE }) }
    const { id } = await core.sandbox.client().createCluster(form)
    await core.untilJob(id, ({ status }) => status === 'succeeded')
    ours.push((performance.now() - began) / 1_000)
    const { id: deleting } = await core.sandbox.client().deleteCluster({ name: NAME })
    await core.untilJob(deleting, ({ status }) => status === 'succeeded')
  }
  return [
    {
      name: 'a local cluster, from nothing to proven usable',
      value: median(ours),
      unit: 's',
      floor: median(floors),
      floorName: 'kind create cluster --wait 2m alone',
      bound: 90,
    },
  ]
}

/** The bare nodes, ready and no more. */
function byHand(kubeconfig: string): number {
  const began = performance.now()
  const image = KIND_IMAGE === '' ? [] : ['--image', KIND_IMAGE]
  kind('create', 'cluster', '--name', NAME, '--wait', '2m', '--kubeconfig', kubeconfig, ...image)
  const seconds = (performance.now() - began) / 1_000
  kind('delete', 'cluster', '--name', NAME, '--kubeconfig', kubeconfig)
  return seconds
}

function kind(...args: string[]): void {
  const { status, stderr } = spawnSync('kind', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`kind ${args.join(' ')} ended with ${status}: ${stderr}`)
}
