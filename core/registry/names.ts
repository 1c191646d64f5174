import { Problem } from '#core/base/problem.ts'
import { checkKey, checkLength, type Pair } from '#core/tracking/index.ts'
import type { ModelStage } from './types.ts'

/** Bounds of what is registered, in characters; docs/registry.md has them for readers. */
export const REGISTRY_LIMITS = {
  modelName: 256,
  alias: 255,
  description: 100_000,
  tagValue: 100_000,
  source: 2_048,
  reference: 500,
  pageOfModels: 1_000,
  pageOfVersions: 200_000,
} as const

/** The stages of a version, in the order in which they are listed. */
export const MODEL_STAGES: readonly ModelStage[] = ['None', 'Staging', 'Production', 'Archived']

/** A registered model with this tag is a prompt, a version with it holds a text and no files. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt'

/** Throws Problem `tracking_invalid` where a text cannot name a registered model; `field` is where it was given. */
export function checkModelName(name: string, field: 'name' | 'new_name'): void {
  if (name.trim() === '') throw invalid(`Missing value for required parameter '${field}': a model needs a name`)
  checkLength(name, REGISTRY_LIMITS.modelName, field)
  if (/[/:]/.test(name)) {
    throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':', which end a name in models:/NAME/1.`)
  }
  if (/\p{Cc}/u.test(name) || !name.isWellFormed() || name === '.' || name === '..') {
    throw invalid(`Invalid model name ${JSON.stringify(name)}. Use letters, digits and signs that can be seen.`)
  }
}

/** Throws Problem `tracking_invalid` where a text cannot be an alias at all. */
export function checkAlias(alias: string): void {
  if (alias === '') throw invalid('Registered model alias name cannot be empty.')
  checkLength(alias, REGISTRY_LIMITS.alias, 'Registered model alias name')
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) {
    throw invalid(`Invalid alias name: '${alias}'. It may have letters, digits, underscores (_) and dashes (-).`)
  }
}

/** Throws where an alias cannot be set: also for those that mean something already, `latest` and `v1`. */
export function checkNewAlias(alias: string): void {
  checkAlias(alias)
  if (isLatest(alias)) throw invalid("'latest' alias name (case insensitive) is reserved for the newest version.")
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved: it reads as a version's number.`)
}

/** Whether a text stands for the newest version. */
export function isLatest(text: string): boolean {
  return text.toLowerCase() === 'latest'
}

/** The stage that a text names in any case. Throws Problem `tracking_invalid` for others. */
export function modelStage(text: string): ModelStage {
  const stage = MODEL_STAGES.find((each) => each.toLowerCase() === text.toLowerCase())
  if (stage === undefined) {
    throw invalid(`Invalid Model Version stage: ${text}. Value must be one of ${MODEL_STAGES.join(', ')}.`)
  }
  return stage
}

/** Throws Problem `tracking_invalid` where a tag cannot be one of a model or a version. */
export function checkRegistryTag({ key, value }: Pair): void {
  checkKey(key, 'key')
  checkLength(value, REGISTRY_LIMITS.tagValue, 'value')
}

/** Throws Problem `tracking_invalid` where a description is too long. */
export function checkDescription(description = ''): void {
  checkLength(description, REGISTRY_LIMITS.description, 'description')
}

/** Whether tags make a prompt of what has them. */
export function isPrompt(tags: readonly Pair[]): boolean {
  return tags.some(({ key, value }) => key === PROMPT_TAG && value.toLowerCase() === 'true')
}

/** A call that breaks a rule: what MLflow's clients are shown. */
export function invalid(message: string): Problem {
  return new Problem('tracking_invalid', message)
}
