import type { Looked } from '#core/base/looked.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { SecretPlace } from '#core/pipelines/index.ts'
import type { PrepareOptions } from './prepare.ts'
import type { FrozenCluster } from './run-context.ts'
import { keysInCluster, wantedSecrets } from './run-secrets.ts'
import type { Looks } from './survey-looks.ts'

type Options = Pick<PrepareOptions, 'connection' | 'secretValues'> & { readonly looks: Looks }

/** Where each secret of a pipeline is, by `<secret>/<key>`: each Secret is asked for once, and all at the same time. */
export async function surveySecrets(
  definition: PipelineDefinition,
  { connection, secretValues, looks }: Options,
): Promise<Record<string, Looked<SecretPlace>>> {
  const bySecret = Map.groupBy(wantedSecrets(definition), ([, { secret }]) => secret)
  const all = [...bySecret].map(async ([secret, wanted]) => {
    const keys = await looks.at(`looking for the Secret ${secret}`, (stop) =>
      keysInCluster(connection.cluster, secret, stop),
    )
    const places = wanted.map(async ([name, { key }]) => {
      if (keys.value === undefined) return [name, keys] as const
      const { value: there } = keys
      const place = async (): Promise<SecretPlace> => {
        if (there.has(key)) return 'cluster'
        return (await secretValues.read(secret, key)) === undefined ? 'missing' : 'here'
      }
      return [name, await looks.at(`reading the secret ${name} of this machine`, place)] as const
    })
    return Promise.all(places)
  })
  return Object.fromEntries((await Promise.all(all)).flat())
}

/** As the compiler takes them: what is not known to go along is taken from the namespace. */
export function sourcesOf(places: Readonly<Record<string, Looked<SecretPlace>>>): FrozenCluster['secrets'] {
  const sources = Object.entries(places).map(([name, { value }]) => {
    return [name, { from: value === 'here' ? ('here' as const) : ('cluster' as const) }] as const
  })
  return Object.fromEntries(sources)
}
