import { lookup } from 'node:dns/promises'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { dirname } from 'node:path'
import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { DockerEngine } from './engine.ts'

const info = z.object({
  RegistryConfig: z.object({
    InsecureRegistryCIDRs: z.array(z.string()).nullish(),
    IndexConfigs: z.record(z.string(), z.object({ Secure: z.boolean() })).nullish(),
  }),
})

/**
 * Whether the engine is set up to speak http with a registry (`insecure-registries`): by its name, or by the networks
 * that its address lies in. Undefined where no engine answers.
 */
export async function isInsecureRegistry(engine: DockerEngine, host: string): Promise<boolean | undefined> {
  const answer = await engineInfo(engine)
  if (answer === undefined) return undefined
  const listed = info.safeParse(answer).data?.RegistryConfig
  if (listed === undefined) return false
  if (listed.IndexConfigs?.[host]?.Secure === false) return true
  const networks = networksOf(listed.InsecureRegistryCIDRs ?? [])
  const addresses = await addressesOf(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
  return addresses.some((address) => networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
}

async function engineInfo(engine: DockerEngine): Promise<unknown> {
  try {
    return await (await engine.client()).info()
  } catch (error) {
    const problem = engine.asProblem(error)
    if (isProblem(problem)) return undefined
    throw problem
  }
}

function networksOf(texts: readonly string[]): BlockList {
  const networks = new BlockList()
  for (const text of texts) {
    const [address = '', bits = ''] = text.split('/')
    if (isIP(address) !== 0) networks.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return networks
}

async function addressesOf(name: string): Promise<string[]> {
  if (isIP(name) !== 0) return [name]
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address)
  } catch {
    // A name that nobody knows lies in no network.
    return []
  }
}

/** Hosts that a file keeps; none where it is not there or not whole. */
export function readInsecure(file: string): readonly string[] {
  try {
    return z
      .array(z.string())
      .catch([])
      .parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Writes the hosts whole or not at all. */
export function keepInsecure(file: string, hosts: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true })
  const aside = `${file}.${process.pid}.partial`
  writeFileSync(aside, `${JSON.stringify(hosts)}\n`)
  renameSync(aside, file)
}
