import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'

const entry = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
})
const dockerConfig = z.object({
  auths: z.record(z.string(), entry).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
})
type DockerConfig = z.infer<typeof dockerConfig>

/** A login as the configuration of Docker holds it. */
export type LoginEntry = z.infer<typeof entry>

export type Variables = Readonly<Record<string, string | undefined>>

/** The configuration of Docker; empty where there is none. Throws Problem `image_login` where it cannot be read. */
export function readDockerConfig(variables: Variables): DockerConfig {
  const folder = variables['DOCKER_CONFIG'] ?? ''
  const file = join(folder === '' ? join(variables['HOME'] ?? homedir(), '.docker') : folder, 'config.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test(systemCode(error) ?? '')) return {}
    throw unusable(`${file} cannot be read (${systemCode(error) ?? String(error)})`, error)
  }
  try {
    return dockerConfig.parse(JSON.parse(text))
  } catch (error) {
    throw unusable(`${file} is no configuration of Docker`, error)
  }
}

/** The registry of an entry: they are written with and without a scheme and a path. */
export function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host
}

/** Of logins that are configured and cannot be had. */
export function unusable(what: string, cause: unknown): Problem {
  const fix = 'correct it or take it out of the configuration of Docker, then run "docker login" again'
  return new Problem('image_login', `the logins of registries cannot be read: ${what}: ${fix}`, { cause })
}
