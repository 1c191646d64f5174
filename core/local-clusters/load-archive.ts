import { Problem } from '#core/base/problem.ts'
import { fullName, nodesWith, type NodeImagesEngine } from './node-images.ts'

export type ArchiveLoad = {
  /** Name of the image in the engine. */
  readonly image: string
  /** Its id there, `sha256:…`. */
  readonly id: string
  readonly nodes: readonly string[]
  readonly signal: AbortSignal
  /** Bytes of archives that were sent so far, to all nodes together. */
  readonly onProgress: (doneBytes: number, node: string) => void
}

export type Loaded = {
  /** The name by which pods have it. */
  readonly reference: string
  /** Nodes that were sent the archive; empty where all held the image. */
  readonly sent: readonly string[]
}

/**
 * Gives an image of the engine to every node that does not hold it, as an archive. Throws Problem `invalid_value` for a
 * name that is none, `cluster_unusable` where a node does not take it, or what the engine throws where it lacks it.
 */
export async function loadArchive(engine: NodeImagesEngine, load: ArchiveLoad): Promise<Loaded> {
  const { image, id, nodes, signal, onProgress } = load
  const reference = fullName(image)
  if (reference === undefined || reference.includes('@')) {
    throw new Problem('invalid_value', `${image} is no image with a tag: name it as in team/train:3`)
  }
  const holding = new Set(await nodesWith(engine, nodes, { id, name: image }))
  const sent: string[] = []
  let done = 0
  for (const node of nodes.filter((it) => !holding.has(it))) {
    signal.throwIfAborted()
    const archive = await engine.save([image], signal)
    const stdin = counted(archive, (bytes) => {
      done += bytes
      onProgress(done, node)
    })
    const command = ['ctr', '--namespace', 'k8s.io', 'images', 'import', '--digests', '-']
    const { code, stderr } = await engine.exec(node, command, { stdin, signal })
    signal.throwIfAborted()
    if (code !== 0) throw refused(image, node, stderr)
    sent.push(node)
  }
  return { reference, sent }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, tell: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for await (const some of bytes) {
    tell(some.length)
    yield some
  }
}

function refused(image: string, node: string, stderr: string): Problem {
  const words = stderr.trim().split('\n').at(-1) ?? ''
  const fix = /no space left/i.test(words)
    ? 'free space on the disk of the engine'
    : 'try again, or push it to the registry'
  return new Problem('cluster_unusable', `the node ${node} did not take the image ${image} (${words}): ${fix}`)
}
