import type Dockerode from 'dockerode'
import type { EngineNetwork } from '#core/runtimes/cluster-engine.ts'
import { Problem } from '../../base/problem.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

/** Every network of the engine. */
export async function listNetworks(client: Dockerode): Promise<EngineNetwork[]> {
  return (await client.listNetworks()).map(({ Id, Name, IPAM, Labels }) => ({
    id: Id,
    name: Name,
    subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
    labels: Labels ?? {},
  }))
}

/** Removes every network of exactly this name: engines may have several. False where there is none. */
export async function removeNetwork(client: Dockerode, name: string): Promise<boolean> {
  const found = await client.listNetworks({ filters: { name: [name] } })
  const ids = found.filter(({ Name }) => Name === name).map(({ Id }) => Id)
  const removed = await Promise.all(
    ids.map((id) => unlessGone(() => client.getNetwork(id).remove(), `network ${name}`)),
  )
  return removed.includes(true)
}

/** False where there is none. */
export function removeVolume(client: Dockerode, name: string): Promise<boolean> {
  return unlessGone(() => client.getVolume(name).remove(), `volume ${name}`)
}

/** Names of volumes with this label, in their order. */
export async function listVolumes(client: Dockerode, label: string): Promise<string[]> {
  const answer: { readonly Volumes: readonly { readonly Name: string }[] | null } = await client.listVolumes({
    filters: { label: [label] },
  })
  return (answer.Volumes ?? []).map(({ Name }) => Name).toSorted()
}

/** Docker says 403 of a network in use and 409 of a volume, Podman 409 or 500 of both. */
async function unlessGone(remove: () => Promise<unknown>, what: string): Promise<boolean> {
  try {
    await remove()
    return true
  } catch (error) {
    if (statusOf(error) === 404) return false
    const reason = reasonOf(error)
    if (!/active endpoints|in use|being used|associated containers/i.test(reason)) throw error
    const message = `the ${what} is used by a container (${reason}): remove that container, then try again`
    throw new Problem('conflict', message, { cause: error })
  }
}
