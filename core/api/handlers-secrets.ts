import type { secretRoutes } from '#core/contract/routes-secrets.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers of secrets: values come in and never go out. */
export function secretHandlers({ secrets }: { readonly secrets: Secrets }): Pick<Handlers, keyof typeof secretRoutes> {
  return {
    listSecrets: () => secrets.list(),
    setSecret: ({ name, key, value }) => secrets.set(name, key, value),
    deleteSecret: ({ name }) => secrets.delete(name),
    deleteSecretKey: ({ name, key }) => secrets.delete(name, key),
  }
}
