import { spawn } from 'node:child_process'
import { z } from 'zod'
import { isProblem, type Problem } from '#core/base/problem.ts'
import { hostOf, readDockerConfig, unusable, type LoginEntry, type Variables } from './images-docker-config.ts'

/** How to log in at a registry, as `docker login` kept it. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly identitytoken: string; readonly username?: string }

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() })

const HUB_ENTRY = 'https://index.docker.io/v1/'
const HELPER_MS = 20_000

/**
 * What Docker's own configuration (`$DOCKER_CONFIG` or `~/.docker`) holds for a registry; undefined where nothing.
 * Throws Problem `image_login` where the configuration, or the helper that it names, cannot be used.
 */
export async function findCredentials(
  host: string,
  variables: Variables = process.env,
): Promise<Credentials | undefined> {
  const config = readDockerConfig(variables)
  const helper = Object.entries(config.credHelpers ?? {}).find(([key]) => hostOf(key) === host)?.[1]
  const store = helper ?? config.credsStore
  if (store !== undefined && store !== '') return askHelper(store, host === 'docker.io' ? HUB_ENTRY : host, variables)
  const found = Object.entries(config.auths ?? {}).find(([key]) => hostOf(key) === host)?.[1]
  return found === undefined ? undefined : readEntry(found)
}

/** A login, or why there is none although one may be configured: public images can be had without. */
export type Login = { readonly credentials?: Credentials; readonly fault?: Problem }

/** As `findCredentials`, for whoever tries without a login first and tells of the fault when that was refused. */
export async function loginFor(host: string, variables?: Variables): Promise<Login> {
  try {
    const credentials = await findCredentials(host, variables)
    return credentials === undefined ? {} : { credentials }
  } catch (error) {
    if (isProblem(error)) return { fault: error }
    throw error
  }
}

/** Those of every registry that the configuration names, by the name that engines know it by: for builds. */
export async function allCredentials(
  variables: Variables = process.env,
): Promise<Record<string, { readonly username: string; readonly password: string }>> {
  const config = readDockerConfig(variables)
  const keys = new Set([...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})])
  const found = await Promise.all(
    [...keys].map(async (key) => {
      const { credentials } = await loginFor(hostOf(key), variables)
      if (credentials === undefined) return []
      const whole = { username: '', password: '', ...credentials }
      return [[hostOf(key) === 'docker.io' ? HUB_ENTRY : hostOf(key), whole] as const]
    }),
  )
  return Object.fromEntries(found.flat())
}

function readEntry({ auth, username, password, identitytoken }: LoginEntry): Credentials | undefined {
  const [user = '', secret = ''] = auth === undefined ? [username, password] : splitAuth(auth)
  if (identitytoken !== undefined && identitytoken !== '') return { identitytoken, username: user }
  return user === '' ? undefined : { username: user, password: secret }
}

function splitAuth(auth: string): [string, string] {
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = text.indexOf(':')
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

async function askHelper(name: string, server: string, variables: Variables): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`
  const { code, output } = await runHelper(program, server, variables)
  if (code !== 0) {
    if (/not found|no credentials|not be found|could not find/i.test(output)) return undefined
    throw unusable(`${program} failed (${output.trim().slice(0, 200)})`, undefined)
  }
  const answer = helperAnswer.safeParse(readJson(output))
  if (!answer.success) throw unusable(`${program} answered what is no login`, answer.error)
  const { Username, Secret } = answer.data
  return Username === '<token>' ? { identitytoken: Secret } : { username: Username, password: Secret }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // not JSON: the schema refuses it
    return undefined
  }
}

async function runHelper(
  program: string,
  input: string,
  variables: Variables,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; output: string }>()
  const child = spawn(program, ['get'], {
    env: { ...variables },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: HELPER_MS,
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.once('error', (error) => reject(unusable(`${program} cannot be started (${error.message})`, error)))
  child.once('close', (code) => resolve({ code, output }))
  // a helper that does not read what it is asked says so by its answer
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return promise
}

/** A login as a header of the engine's interface carries them. */
export function headerOf(login: Credentials): { readonly base64: string } {
  const text = Buffer.from(JSON.stringify(login)).toString('base64')
  return { base64: text.replaceAll('+', '-').replaceAll('/', '_') }
}
