import { parseImageReference } from '#core/base/image-reference.ts'
import { Problem } from '#core/base/problem.ts'
import type { ClusterImage } from '#core/contract/local-clusters.ts'
import type { ClusterEngine } from '#core/runtimes/cluster-engine.ts'
import { readContainers, readImages, readRunning, type NodeImage } from './ctr-output.ts'

/** The calls of the engine that images of nodes need. */
export type NodeImagesEngine = Pick<ClusterEngine, 'exec' | 'save'>

const CTR = ['ctr', '--namespace', 'k8s.io']

/** Images that the nodes of a cluster hold, merged by id, the largest first. Throws Problem `cluster_unusable`. */
export async function listNodeImages(engine: NodeImagesEngine, nodes: readonly string[]): Promise<ClusterImage[]> {
  const merged = new Map<string, ClusterImage>()
  for (const node of nodes) {
    for (const { id, tags, sizeBytes } of await imagesOf(engine, node)) {
      const before = merged.get(id)
      const all = [...new Set([...(before?.tags ?? []), ...tags])].toSorted()
      merged.set(id, { id, tags: all, sizeBytes, nodes: [...(before?.nodes ?? []), node] })
    }
  }
  return [...merged.values()].toSorted((a, b) => b.sizeBytes - a.sizeBytes)
}

/**
 * Removes an image, by name or id, from every node that holds it, with all its names. Throws Problem `not_found` where none
 * does, and `conflict` where a container of it runs.
 */
export async function deleteNodeImage(
  engine: NodeImagesEngine,
  nodes: readonly string[],
  image: string,
): Promise<void> {
  const held: { node: string; names: readonly string[] }[] = []
  for (const node of nodes) {
    const found = (await imagesOf(engine, node)).filter((it) => isNamed(it, image))
    const names = found.flatMap((it) => it.names)
    if (names.length === 0) continue
    if (await isRunning(engine, node, names)) {
      throw new Problem('conflict', `a container in ${node} runs of the image ${image}: delete it when none does`)
    }
    held.push({ node, names })
  }
  if (held.length === 0) {
    throw new Problem('not_found', `no node holds the image ${image}: list them with minisub cluster images`)
  }
  for (const { node, names } of held) await run(engine, node, [...CTR, 'images', 'rm', '--sync', ...names])
}

/** The nodes that hold an image of this id by this name. */
export async function nodesWith(
  engine: NodeImagesEngine,
  nodes: readonly string[],
  { id, name }: { readonly id: string; readonly name: string },
): Promise<string[]> {
  const held = await Promise.all(nodes.map((node) => imagesOf(engine, node)))
  return nodes.filter((_, at) => held[at]?.some((it) => it.id === id && it.tags.some((tag) => sameName(tag, name))))
}

async function imagesOf(engine: NodeImagesEngine, node: string): Promise<NodeImage[]> {
  return readImages(await run(engine, node, [...CTR, 'images', 'ls']))
}

async function isRunning(engine: NodeImagesEngine, node: string, names: readonly string[]): Promise<boolean> {
  const running = readRunning(await run(engine, node, [...CTR, 'tasks', 'ls']))
  const containers = readContainers(await run(engine, node, [...CTR, 'containers', 'ls']))
  return containers.some(({ id, image }) => running.has(id) && names.includes(image))
}

function isNamed({ id, names }: NodeImage, image: string): boolean {
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image)
  if (isId && id.replace('sha256:', '').startsWith(image.replace('sha256:', ''))) return true
  return names.some((name) => sameName(name, image))
}

/** `busybox:1.35` and `docker.io/library/busybox:1.35` are one name. */
function sameName(a: string, b: string): boolean {
  const [one, other] = [fullName(a), fullName(b)]
  return one !== undefined && one === other
}

/** The name of an image with everything that goes without saying, as containerd has it; undefined where it is none. */
export function fullName(image: string): string | undefined {
  const reference = parseImageReference(image)
  if (reference === undefined) return undefined
  const { host, repository, tag, digest } = reference
  return `${host}/${repository}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`
}

/** Runs a program in a node. */
async function run(engine: NodeImagesEngine, node: string, command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await engine.exec(node, command)
  if (code === 0) return stdout
  const words = stderr.trim().split('\n').at(-1) ?? ''
  const what = `ctr failed in the node ${node} (${words})`
  throw new Problem('cluster_unusable', `${what}: try again, or start the cluster anew`)
}
