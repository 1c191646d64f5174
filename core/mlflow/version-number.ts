import { Problem } from '#core/base/problem.ts'
import { required, type Input, readId } from '#core/wire/index.ts'

/** The number of a model's version, which is a text on the wire. Throws Problem `tracking_invalid`. */
export function versionOf(input: Input): number {
  const given = required(input, 'version', readId)
  if (/^\d{1,15}$/.test(given)) return Number(given)
  const message = `Parameter 'version' must be an integer, got '${given.slice(0, 100)}'.`
  throw new Problem('tracking_invalid', message)
}
