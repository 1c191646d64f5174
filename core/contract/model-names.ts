/** Bounds of names of registered models, in characters. */
const MODEL_NAME_LENGTH = 256
const ALIAS_LENGTH = 255
const TAG_KEY_LENGTH = 250

/** Why a text cannot name a registered model; undefined where it can. */
export function modelNameFault(name: string): string | undefined {
  if (name.trim() === '') return 'a model needs a name'
  if (lengthOf(name) > MODEL_NAME_LENGTH)
    return `the model name has ${lengthOf(name)} characters, at most ${MODEL_NAME_LENGTH} may be`
  if (/[/:]/.test(name)) return `the model name "${name}" has / or :, which end a name in models:/NAME/1`
  if (/\p{Cc}/u.test(name) || !name.isWellFormed() || name === '.' || name === '..')
    return `the model name ${JSON.stringify(name)} must be of letters, digits and signs that can be seen`
  return undefined
}

/** Why a text cannot be made an alias; undefined where it can. */
export function aliasFault(alias: string): string | undefined {
  if (alias === '') return 'an alias needs a name'
  if (lengthOf(alias) > ALIAS_LENGTH)
    return `the alias has ${lengthOf(alias)} characters, at most ${ALIAS_LENGTH} may be`
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) return `the alias "${alias}" may have letters, digits, _ and - alone`
  if (/^(?:latest|v\d+)$/i.test(alias)) return `the alias "${alias}" is reserved: it names a version already`
  return undefined
}

/** Why a text cannot be the key of a tag; undefined where it can. */
export function tagKeyFault(key: string): string | undefined {
  const isPath = key !== '' && key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (!/^[\p{L}\p{N}_/. :-]*$/u.test(key) || !isPath)
    return `the tag "${key}" must be of letters, digits, _ - . : / and spaces, without .. and without a / at an end`
  if (lengthOf(key) > TAG_KEY_LENGTH) return `a tag is longer than ${TAG_KEY_LENGTH} characters`
  return undefined
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

/** By the keys of a register step that name something. */
export const REGISTER_NAMES = { model: modelNameFault, alias: aliasFault } as const
