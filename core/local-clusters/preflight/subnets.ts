/** A range of IPv4 addresses: its first one as a number, and how many bits of it are fixed. */
export type Subnet = { readonly base: number; readonly bits: number }

/** Reads `172.18.0.0/16`, or one address as a range of itself; undefined for anything else, IPv6 included. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text.trim())
  if (match === null) return undefined
  const parts = match.slice(1, 5).map(Number)
  const bits = match[5] === undefined ? 32 : Number(match[5])
  if (bits > 32 || parts.some((part) => part > 255)) return undefined
  const address = parts.reduce((sum, part) => sum * 256 + part, 0)
  return { base: address - (address % sizeOf(bits)), bits }
}

/** `172.18.0.0/16`. */
export function subnetText({ base, bits }: Subnet): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256)
  return `${parts.join('.')}/${bits}`
}

/** Whether two ranges share an address: then one lies within the other. */
export function overlap(a: Subnet, b: Subnet): boolean {
  return a.base < b.base + sizeOf(b.bits) && b.base < a.base + sizeOf(a.bits)
}

/** Ranges that an engine cuts networks from, and how many bits of each piece are fixed. */
type Pool = { readonly base: string; readonly size: number }

/** Those of Docker where it was told of no others. */
export const DOCKER_POOLS: readonly Pool[] = [
  ...[17, 18, 19].map((second) => ({ base: `172.${second}.0.0/16`, size: 16 })),
  ...[20, 24, 28].map((second) => ({ base: `172.${second}.0.0/14`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
]

export const PODMAN_POOLS: readonly Pool[] = [
  { base: '10.89.0.0/16', size: 24 },
  { base: '10.90.0.0/15', size: 24 },
  { base: '10.92.0.0/14', size: 24 },
  { base: '10.96.0.0/11', size: 24 },
  { base: '10.128.0.0/9', size: 24 },
]

/** The ranges that a next network can get: pieces of the pools that nothing uses, in their order, up to `most`. */
export function freeSubnets(pools: readonly Pool[], used: readonly Subnet[], most: number): Subnet[] {
  const free: Subnet[] = []
  for (const { base, size } of pools) {
    const pool = parseSubnet(base)
    if (pool === undefined || size < pool.bits || size > 32) continue
    for (let at = pool.base; at < pool.base + sizeOf(pool.bits); at += sizeOf(size)) {
      const piece = { base: at, bits: size }
      if (free.length === most) return free
      if (!used.some((other) => overlap(piece, other))) free.push(piece)
    }
  }
  return free
}

function sizeOf(bits: number): number {
  return 2 ** (32 - bits)
}
