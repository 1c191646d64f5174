import { Problem } from '#core/base/problem.ts'
import { SECRET_BYTES, SECRET_NAME, SECRET_NAME_LENGTH } from '#core/contract/secrets.ts'

/** Whether a text can be the name of a secret or of a key. */
export function isSecretName(text: string): boolean {
  return text.length <= SECRET_NAME_LENGTH && SECRET_NAME.test(text)
}

/** Throws Problem `invalid_value` where a secret or a key cannot have this name. */
export function checkNames(name: string, key: string): void {
  const wrong = [name, key].find((text) => !isSecretName(text))
  if (wrong === undefined) return
  const rule = `use letters and digits, inside also ., _ and -, at most ${SECRET_NAME_LENGTH} characters`
  throw new Problem('invalid_value', `the secret ${name}/${key} has an illegal name: ${rule}`)
}

/** Why a text cannot be a value, without a word of it; undefined where it can. */
export function valueFault(value: string): string | undefined {
  if (value === '') return 'it is empty: give a value, or delete the secret'
  if (value.includes('\0')) return 'it holds a NUL character, which no variable can: encode it, as base64 for instance'
  if (!value.isWellFormed()) return 'it is no valid Unicode text: encode it, as base64 for instance'
  if (Buffer.byteLength(value) > SECRET_BYTES) {
    return `it has more than ${SECRET_BYTES} bytes, which is what a variable may hold: keep long data in a file`
  }
  return undefined
}

/** Throws Problem `invalid_value` where a text cannot be a value; the sentence does not quote it. */
export function checkValue(name: string, key: string, value: string): void {
  const fault = valueFault(value)
  if (fault !== undefined) throw new Problem('invalid_value', `the value of ${name}/${key} cannot be kept: ${fault}`)
}
