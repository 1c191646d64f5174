import { parse } from 'yaml'
import { z } from 'zod'
import type { Client } from '#core/client/index.ts'
import type { FromHost } from '#core/contract/desktop.ts'

/** What electron-builder writes beside its packages, as far as it is read here. */
const Feed = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/) })
const MOST_MS = 20_000
const DAY_MS = 24 * 60 * 60 * 1_000

type Options = {
  readonly client: Pick<Client, 'listSettings'>
  readonly post: (message: FromHost) => void
  /** Where the releases are; the app of this version came from there. */
  readonly releases: string
  readonly version: string
  readonly signal: AbortSignal
}

/** Looks now and once a day; what keeps it from that goes to stderr and is no reason to stop. */
export function tellUpdates(options: Options): void {
  const look = (): void =>
    void lookForUpdate(options).catch((error: unknown) =>
      process.stderr.write(`no look for a newer version: ${String(error)}\n`),
    )
  const timer = setInterval(look, DAY_MS).unref()
  options.signal.addEventListener('abort', () => clearInterval(timer))
  look()
}

/** Tells of a newer version where the setting `desktop.updates` wants it; else nobody is asked. Throws as `newerVersion`. */
export async function lookForUpdate({ client, post, releases, version }: Omit<Options, 'signal'>): Promise<void> {
  const { settings } = await client.listSettings()
  if (settings.find(({ key }) => key === 'desktop.updates')?.value !== true) return
  const latest = await newerVersion(releases, version, feedFile(process.platform, process.arch))
  if (latest === undefined) return
  const title = `Mini-Submarine ${latest} is there`
  post({
    kind: 'notice',
    title,
    body: `This is ${version}. The new one is at ${releases}.`,
    path: '/settings',
    isNews: true,
  })
}

/** The file of a feed that tells the latest version for a system. */
export function feedFile(platform: NodeJS.Platform, arch: string): string {
  if (platform === 'darwin') return 'latest-mac.yml'
  if (platform !== 'linux') return 'latest.yml'
  return arch === 'x64' ? 'latest-linux.yml' : `latest-linux-${arch}.yml`
}

/**
 * The latest version of a feed where it is newer than `version`; undefined where it is not. Nothing is downloaded but
 * the feed, and nothing told to it. Throws an Error where it cannot be read.
 */
async function newerVersion(releases: string, version: string, file: string): Promise<string | undefined> {
  const address = new URL(file, releases.endsWith('/') ? releases : `${releases}/`)
  const response = await fetch(address, { signal: AbortSignal.timeout(MOST_MS) })
  if (!response.ok) throw new Error(`${address.href} answered ${response.status}`)
  const feed = Feed.safeParse(parse(await response.text())).data
  if (feed === undefined) throw new Error(`${address.href} names no version`)
  return isNewer(feed.version, version) ? feed.version : undefined
}

/** By the three numbers; a version that is not final is older than the final one, and is never offered in its place. */
export function isNewer(latest: string, version: string): boolean {
  const [[a, isDraftA], [b, isDraftB]] = [partsOf(latest), partsOf(version)]
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return !isDraftA && isDraftB
}

function partsOf(version: string): [number[], boolean] {
  const [numbers = '', draft] = version.split(/-(.*)/s)
  return [numbers.split('.').map(Number), draft !== undefined]
}
