import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { StepDefinition } from '#core/contract/definition.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/**
 * The values of a step's secrets, from files `<home>/secrets/<secret>/<key>` as a cluster mounts them; one trailing
 * newline is removed. Throws Problem `invalid_value` naming the file that is missing.
 */
export function readSecrets(home: string, secrets: StepDefinition['secrets']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, { secret, key }]) => [variable, readSecret(home, secret, key)]),
  )
}

/** The values of those secrets that are there, to be kept out of the log. */
export function secretsToHide(home: string, secrets: StepDefinition['secrets']): string[] {
  const there = Object.entries(secrets).filter(([, { secret, key }]) => existsSync(join(home, 'secrets', secret, key)))
  return Object.values(readSecrets(home, Object.fromEntries(there)))
}

function readSecret(home: string, secret: string, key: string): string {
  const file = join(home, 'secrets', secret, key)
  if (!NAME.test(secret) || !NAME.test(key))
    throw new Problem(
      'invalid_value',
      `the secret ${secret}/${key} has an illegal name: use letters, digits, ., _ and -`,
    )
  try {
    return readFileSync(file, 'utf8').replace(/\n$/, '')
  } catch (cause) {
    throw new Problem(
      'invalid_value',
      `the secret ${secret} has no key ${key} here: write its value into ${file} (mode 0600)`,
      { cause },
    )
  }
}
