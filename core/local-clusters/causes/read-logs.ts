import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '#core/files/index.ts'

/** Of each node, in what `kind export logs` writes. */
const TELLING = ['serial.log', 'kubelet.log', 'containerd.log', 'journal.log']
/** So much of the end of a file is read. */
const MAX_BYTES = 256_000

/** The last lines of the logs of every node below a folder that `kind export logs` wrote; empty where there are none. */
export async function readNodeLogs(folder: string): Promise<string[]> {
  const nodes = await readdir(folder, { withFileTypes: true }).catch(none)
  const files = nodes.filter((node) => node.isDirectory()).flatMap(({ name }) => TELLING.map((it) => [name, it]))
  const texts = await Promise.all(files.map(async ([node = '', file = '']) => readEnd(join(folder, node, file))))
  return texts.flatMap((text) => ofThisNode(text.split('\n').filter((line) => line !== '')))
}

const KERNEL = /^(\w{3} [ \d]\d [\d:]{8}) \S+ kernel: /
const STAMP = /^(\w{3} [ \d]\d [\d:]{8}) /

/** Without what the kernel, which is that of the whole machine, had said before the node was started. */
function ofThisNode(lines: readonly string[]): string[] {
  const first = lines.find((line) => STAMP.test(line) && !KERNEL.test(line))
  const start = secondOf(STAMP.exec(first ?? '')?.[1])
  return lines.filter((line) => !(secondOf(KERNEL.exec(line)?.[1]) < start))
}

/** Such as `Nov 26 20:03:25`; only those of one year are compared. */
function secondOf(stamp: string | undefined): number {
  return stamp === undefined ? Number.NaN : Date.parse(`${stamp} 2000 UTC`)
}

async function readEnd(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const from = Math.max(0, size - MAX_BYTES)
    const buffer = Buffer.alloc(size - from)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
    return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    // A node that ended early leaves only some of them.
    return ''
  }
}

function none(error: unknown): never[] {
  if (systemCode(error) === 'ENOENT') return []
  throw error
}
