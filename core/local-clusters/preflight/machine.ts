import { readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { nearestFolder } from '#core/files/index.ts'
import type { DiskFact, RouteFact } from './facts.ts'

const INOTIFY = '/proc/sys/fs/inotify'

/** The limits of inotify of one user of this machine, which nodes on it share. Throws the system's error. */
export async function readInotify(): Promise<{ watches: number; instances: number }> {
  const read = async (name: string): Promise<number> => Number((await readFile(join(INOTIFY, name), 'utf8')).trim())
  const [watches, instances] = await Promise.all([read('max_user_watches'), read('max_user_instances')])
  return { watches, instances }
}

/** What is free for this account where a folder is, or will be. Throws the system's error. */
export async function readDisk(folder: string): Promise<DiskFact> {
  const { bavail, bsize } = await statfs(nearestFolder(folder))
  return { folder, freeBytes: bavail * bsize }
}

/** The IPv4 routes of this machine, without those that lead nowhere. Throws the system's error. */
export async function readRoutes(): Promise<RouteFact[]> {
  return parseRoutes(await readFile('/proc/net/route', 'utf8'))
}

const [UP, GATEWAY, REJECT] = [0x1, 0x2, 0x200]

/** Reads the table of routes of Linux: addresses are numbers of the machine's own order, little-endian wherever it matters. */
export function parseRoutes(table: string): RouteFact[] {
  const [, ...lines] = table.split('\n')
  return lines.flatMap((line) => {
    const [device = '', destination = '', , flags = '', , , , mask = ''] = line.trim().split(/\s+/)
    if (![destination, mask].every((it) => /^[0-9A-F]{8}$/i.test(it)) || !/^[0-9A-F]+$/i.test(flags)) return []
    const bits = Number.parseInt(flags, 16)
    if ((bits & UP) === 0 || (bits & REJECT) !== 0) return []
    const prefix = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length
    // What a VPN passes through a device of its own has no gateway: it is no link of neighbours all the same.
    const gateway = (bits & GATEWAY) !== 0 || /^(?:tun|tap|wg|ppp|utun|tailscale|zt)/.test(device)
    return [{ subnet: `${addressOf(destination)}/${prefix}`, device, gateway }]
  })
}

function addressOf(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.')
}
