/** An image of containerd with all its names. */
export type NodeImage = {
  /** `sha256:…` of its configuration, as an engine has it; of its manifest where the node has not worked that out yet. */
  readonly id: string
  /** Every name: tags, `name@sha256:…`, the id. */
  readonly names: readonly string[]
  readonly tags: readonly string[]
  /** Of its layers as they are sent. */
  readonly sizeBytes: number
}

const IMAGE = /^(\S+)\s+\S+\s+(sha256:[0-9a-f]{64})\s+(?:([\d.]+) ?([KMGT]i)?B|-)(?:\s|$)/
const UNITS: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 }

/** Reads the table of `ctr images ls`: names of one manifest are one image. Lines that are something else are left out. */
export function readImages(table: string): NodeImage[] {
  const byDigest = new Map<string, { names: string[]; sizeBytes: number }>()
  for (const line of table.split('\n')) {
    const [, name, digest, size = '0', unit = ''] = IMAGE.exec(line) ?? []
    if (name === undefined || digest === undefined) continue
    const sizeBytes = Math.round(Number(size) * (UNITS[unit] ?? 1))
    byDigest.set(digest, { sizeBytes, names: [...(byDigest.get(digest)?.names ?? []), name] })
  }
  return [...byDigest].map(([digest, { names, sizeBytes }]) => ({
    id: names.find((name) => name.startsWith('sha256:')) ?? digest,
    names,
    tags: names.filter((name) => !name.includes('sha256:')),
    sizeBytes: Number.isFinite(sizeBytes) ? sizeBytes : 0,
  }))
}

/** Reads the table of `ctr containers ls`. */
export function readContainers(table: string): { readonly id: string; readonly image: string }[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([id = '', image = '']) => (id === '' ? [] : [{ id, image }]))
}

/** Reads the table of `ctr tasks ls` as the ids of containers that run. */
export function readRunning(table: string): Set<string> {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  return new Set(rows.filter(([, , status]) => status === 'RUNNING').flatMap(([id]) => id ?? []))
}
