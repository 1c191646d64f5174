import { createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Address, Health } from '#core/contract/http.ts'
import { systemCode } from '#core/files/index.ts'

const HEALTH_MS = 2_000

/** A core that answers. */
export type RunningCore = {
  readonly url: string
  readonly token: string
  readonly version: string
  readonly pid: number
}

/** The core of a data folder if one answers. */
export async function findCore(home: string): Promise<RunningCore | undefined> {
  const address = await readAddress(home)
  const token = await tokenOf(home)
  if (address === undefined || token === '') return undefined
  if ((await probe(address.url, token)) !== 'ready') return undefined
  return { url: address.url, token, version: address.version, pid: address.pid }
}

/** Whether no core serves a data folder any more; one that is too busy to answer is still there. */
export async function isCoreGone(home: string): Promise<boolean> {
  const address = await readAddress(home)
  return address === undefined || (await probe(address.url, await tokenOf(home))) === 'gone'
}

/** What is at an address. Only who can prove that it knows our token is a core of ours, and is ever told the token. */
async function probe(url: string, token: string): Promise<'ready' | 'busy' | 'gone'> {
  const challenge = randomBytes(32).toString('hex')
  try {
    const response = await fetch(`${url}/health?challenge=${challenge}`, { signal: AbortSignal.timeout(HEALTH_MS) })
    const health = Health.safeParse(await response.json()).data
    const proof = createHmac('sha256', token).update(`health ${challenge}`).digest('hex')
    if (health?.proof !== proof) return 'gone'
    return health.status === 'ready' ? 'ready' : 'busy'
  } catch (error) {
    // Late means busy; all else that fetch throws means that nobody is there, or somebody who is not a core.
    return error instanceof Error && error.name === 'TimeoutError' ? 'busy' : 'gone'
  }
}

/** What the last core wrote about itself; undefined where it has closed since, or the file is none of ours. */
async function readAddress(home: string): Promise<(Address & { readonly pid: number }) | undefined> {
  const text = await readIfThere(join(home, 'address.json'))
  if (text === undefined) return undefined
  try {
    const address = Address.safeParse(JSON.parse(text)).data
    return address === undefined || address.pid === null ? undefined : { ...address, pid: address.pid }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function tokenOf(home: string): Promise<string> {
  return (await readIfThere(join(home, 'token')))?.trim() ?? ''
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}
