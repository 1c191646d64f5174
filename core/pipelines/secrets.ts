import { Problem } from '#core/base/problem.ts'
import type { StepDefinition } from '#core/contract/definition.ts'
import { forgetHiddenValues, type Secrets } from '#core/secrets/index.ts'

type Wanted = StepDefinition['secrets']

/**
 * The values of a step's secrets by the variables that hold them. Throws Problem `secret_missing` naming the command
 * that sets one, `secret_store` where one cannot be read, or `invalid_value` for an illegal name.
 */
export async function readSecrets(secrets: Pick<Secrets, 'read'>, wanted: Wanted): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const [variable, { secret, key }] of Object.entries(wanted)) {
    const value = await secrets.read(secret, key)
    if (value === undefined) throw missing(secret, key)
    values[variable] = value
  }
  return values
}

/**
 * The same for an attempt that is about to start in a folder of its own: `secretsToHide` then tells its values, to a
 * later core too.
 */
export async function takeSecrets(
  secrets: Pick<Secrets, 'read' | 'hidden'>,
  wanted: Wanted,
  folder: string,
): Promise<Record<string, string>> {
  const values = await readSecrets(secrets, wanted)
  if (Object.keys(values).length > 0) secrets.hidden.keep(folder, Object.values(values))
  return values
}

/** The values that an attempt began with, to be kept out of its log. Throws Problem `secret_store`. */
export function secretsToHide(secrets: Pick<Secrets, 'hidden'>, wanted: Wanted, folder: string): string[] {
  return Object.keys(wanted).length === 0 ? [] : secrets.hidden.read(folder)
}

/** The attempt has ended and its log is complete. */
export function forgetHidden(wanted: Wanted, folder: string): void {
  if (Object.keys(wanted).length > 0) forgetHiddenValues(folder)
}

function missing(secret: string, key: string): Problem {
  const command = `minisub secret set ${secret} ${key}`
  return new Problem('secret_missing', `the secret ${secret} has no key ${key} here: set it with \`${command}\``)
}
