import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { readHiddenLine } from './read-secret.ts'
import { isDraft, type Draft, type ProfileFlags } from './target-profile.ts'

/** A secret of the data folder that is still to be set, and where its value is to come from. */
type Missing = { readonly field: 'accessKey' | 'secretKey'; readonly secret: string; readonly key: string }

const KEYS = { accessKey: 'access-key', secretKey: 'secret-key' } as const
const FIELDS = ['accessKey', 'secretKey'] as const

/** Two ways to give one thing. Throws Problem `usage`. */
export function refuseMixedFlags(flags: ProfileFlags): void {
  for (const field of FIELDS) {
    if (flags[field] === undefined || flags[`${field}Env`] === undefined) continue
    throw new Problem('usage', `--${KEYS[field]} and --${KEYS[field]}-env name the same value: give one of the two`)
  }
}

/** A draft that names a secret for each credential; those of `target-NAME` that have no value yet are missing. */
export function credentialsOf(
  name: string,
  draft: Draft,
  flags: ProfileFlags,
): { readonly draft: Draft; readonly missing: readonly Missing[] } {
  const artifacts = isDraft(draft['artifacts']) ? draft['artifacts'] : {}
  const missing = FIELDS.filter((field) => artifacts[field] === undefined || flags[`${field}Env`] !== undefined).map(
    (field) => ({ field, secret: `target-${name}`, key: KEYS[field] }),
  )
  const named = Object.fromEntries(missing.map(({ field, secret, key }) => [field, { secret, key }]))
  return { draft: { ...draft, artifacts: { ...artifacts, ...named } }, missing }
}

type Kept = {
  /** Runs what needs the secrets; where that fails they are deleted again. */
  readonly orBack: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/**
 * Sets the missing secrets from variables, else as they are typed on the terminal; undefined after Ctrl-C. Throws Problem
 * `usage` where there is neither.
 */
export async function keepCredentials(
  client: Client,
  missing: readonly Missing[],
  flags: ProfileFlags,
): Promise<Kept | undefined> {
  const values: (Missing & { readonly value: string })[] = []
  for (const it of missing) {
    const value = await valueOf(it, flags)
    if (value === undefined) return undefined
    values.push({ ...it, value })
  }
  for (const { secret, key, value } of values) await client.setSecret({ name: secret, key, value })
  return {
    orBack: async (work) => {
      try {
        return await work()
      } catch (error) {
        for (const { secret, key } of values) await client.deleteSecretKey({ name: secret, key })
        throw error
      }
    },
  }
}

async function valueOf({ field, secret, key }: Missing, flags: ProfileFlags): Promise<string | undefined> {
  const variable = flags[`${field}Env`]
  if (variable !== undefined) {
    const value = process.env[variable] ?? ''
    if (value !== '') return value
    throw new Problem('usage', `--${KEYS[field]}-env: the variable ${variable} is not set or empty: set it`)
  }
  if (process.stdin.isTTY) return readHiddenLine(`${key} of the bucket, kept as secret ${secret} (is not shown): `)
  const ways = `--${KEYS[field]} SECRET/KEY or --${KEYS[field]}-env VARIABLE`
  throw new Problem('usage', `the ${key} of the bucket is missing: give ${ways}, or call it on a terminal`)
}
