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

/** DOCKER_HOST for the command `docker`, so that it talks to the engine that runs use; undefined where it does so anyway. */
export async function dockerHost(home: string): Promise<string | undefined> {
  const setting = openSettings(home).get('docker.host')
  if (setting !== undefined && setting !== '') return setting
  const { openDockerEngine } = await import('#core/runtimes/docker/index.ts')
  const address = await openDockerEngine().address()
  return address.from === undefined && address.kind === 'socket' ? `unix://${address.path}` : undefined
}
