import type { EngineUsers } from '#core/runtimes/docker/index.ts'
import { openSecrets, systemKeychain } from '#core/secrets/index.ts'
import { openSettings } from '#core/settings/index.ts'

/** Values by variable, and references that nothing is set for here. */
export type SecretsHere = { readonly values: Readonly<Record<string, string>>; readonly missing: readonly string[] }

/**
 * Values of secrets that are set on this machine, by variable; `wanted` has them as `<secret>/<key>`. They come from the data
 * folder and through no request. Throws Problem `secret_store`.
 */
export async function secretsHere(home: string, wanted: Readonly<Record<string, string>>): Promise<SecretsHere> {
  const names = Object.entries(wanted)
  if (names.length === 0) return { values: {}, missing: [] }
  const settings = openSettings(home)
  const wantsKeychain = (): boolean => settings.get('secrets.keychain')
  const secrets = openSecrets({ home, keychain: systemKeychain(), wantsKeychain })
  const values: Record<string, string> = {}
  const missing: string[] = []
  for (const [variable, reference] of names) {
    const [secret = '', key = ''] = reference.split('/')
    const value = await secrets.read(secret, key)
    if (value === undefined) missing.push(reference)
    else values[variable] = value
  }
  return { values, missing }
}

/** What the command `docker` is to know for a shell in the engine that runs use. */
export type ShellEngine = {
  /** DOCKER_HOST; undefined where it talks to that engine anyway. */
  readonly host: string | undefined
  readonly users: EngineUsers
  /** Labels by which a later core finds what was left. */
  readonly labels: Readonly<Record<string, string>>
}

/** Throws Problem `engine_unavailable` or `engine_forbidden`. */
export async function shellEngine(home: string): Promise<ShellEngine> {
  const setting = openSettings(home).get('docker.host')
  const { noteDockerUse } = await import('#core/docker-target.ts')
  noteDockerUse(home)
  const { engineUsers, openDockerEngine, shellLabels } = await import('#core/runtimes/docker/index.ts')
  const engine = openDockerEngine({ host: () => setting })
  const [users, address] = [await engineUsers(engine), await engine.address()]
  const found = address.from === undefined && address.kind === 'socket' ? `unix://${address.path}` : undefined
  const host = setting === undefined || setting === '' ? found : setting
  return { host, users, labels: shellLabels(home) }
}
