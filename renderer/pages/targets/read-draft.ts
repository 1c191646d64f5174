import type { Problem } from '#core/base/problem.ts'
import { ClusterProfile, TAKEN_TARGET_NAMES, TARGET_NAME } from '#core/contract/cluster-targets.ts'
import { textOf, type CredentialKey, type Defaults, type Draft, type TextKey } from './draft.ts'
import { linesOf, readJsonLines, readPairs } from './lines.ts'

/** What is wrong with fields. */
export type Faults = ReadonlyMap<TextKey, string>

/** What the form is read with. */
export type Reading = {
  readonly defaults: Defaults
  /** Names that other targets have. */
  readonly taken: readonly string[]
}

/** A form that can be sent, or what is wrong with it. */
export type ReadForm =
  | { readonly name: string; readonly profile: ClusterProfile; readonly faults?: never }
  | { readonly faults: Faults }

/** Keys of the secret that a target's own credentials are kept in. */
export const OWN_KEYS: Readonly<Record<CredentialKey, string>> = {
  'artifacts.accessKey': 'access-key',
  'artifacts.secretKey': 'secret-key',
}

/** The name of the secret with the credentials that were typed for a target, as the command line has it too. */
export function ownSecret(target: string): string {
  return `target-${target}`
}

/** Reads the form by the schema that the core uses, so that it is refused here in the same words. */
export function readDraft(draft: Draft, { defaults, taken }: Reading): ReadForm {
  const text = (key: TextKey) => textOf(draft, defaults, key).trim()
  const faults = new Map<TextKey, string>()
  const name = text('name')
  const nameFault = faultOfName(name, taken)
  if (nameFault !== undefined) faults.set('name', nameFault)
  const result = ClusterProfile.safeParse(profileOf(draft, { text, name, faults }))
  for (const { path, message } of result.error?.issues ?? []) {
    const key = fieldOf(path.map(String))
    if (!faults.has(key)) faults.set(key, text(key) === '' && isNeeded(key) ? NEEDED : sentence(path, message))
  }
  if (result.success && faults.size === 0) return { name, profile: result.data }
  return { faults }
}

const NEEDED = 'is needed'

type Source = {
  readonly text: (key: TextKey) => string
  readonly name: string
  readonly faults: Map<TextKey, string>
}

/** What is sent, unchecked; lines that cannot be read are faults. */
function profileOf(draft: Draft, source: Source): unknown {
  const { text } = source
  const read = <Value>(key: TextKey, reader: (lines: string) => { value: Value } | { fault: string }) => {
    const result = reader(text(key))
    if ('value' in result) return result.value
    source.faults.set(key, result.fault)
    return undefined
  }
  const parallelism = text('parallelism')
  return {
    kubeconfig: linesOf(text('kubeconfig')),
    context: text('context'),
    namespace: text('namespace'),
    serviceAccount: text('serviceAccount'),
    registry: text('registry'),
    platform: text('platform'),
    imagePullSecret: text('imagePullSecret') || undefined,
    artifacts: {
      endpoint: text('artifacts.endpoint'),
      clusterEndpoint: text('artifacts.clusterEndpoint') || undefined,
      bucket: text('artifacts.bucket'),
      prefix: withSlash(text('artifacts.prefix')),
      region: text('artifacts.region'),
      pathStyle: draft.pathStyle,
      accessKey: credential(draft, 'artifacts.accessKey', source),
      secretKey: credential(draft, 'artifacts.secretKey', source),
    },
    nodeSelector: read('nodeSelector', readPairs),
    tolerations: read('tolerations', readJsonLines),
    parallelism: parallelism === '' ? undefined : Number(parallelism),
    labels: read('labels', readPairs),
  }
}

/** Where a credential is or will be kept. */
function credential({ mode, values }: Draft, key: CredentialKey, { text, name, faults }: Source): unknown {
  if (mode === 'typed') {
    if (values[key] === '') faults.set(key, NEEDED)
    return { secret: ownSecret(name), key: OWN_KEYS[key] }
  }
  const [secret = '', ...rest] = text(key).split('/')
  if (secret === '') faults.set(key, 'choose one')
  return { secret, key: rest.join('/') }
}

function withSlash(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}

function faultOfName(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return NEEDED
  if (!TARGET_NAME.test(name)) return '2 to 40 lower-case letters, digits and -, a letter first and no - at the end'
  if (TAKEN_TARGET_NAMES.has(name) || taken.includes(name)) return 'this name is taken: choose another'
  return undefined
}

const OPTIONAL: ReadonlySet<TextKey> = new Set(['imagePullSecret', 'artifacts.clusterEndpoint', 'parallelism'])

function isNeeded(key: TextKey): boolean {
  return !OPTIONAL.has(key)
}

/** The field that a path of the profile belongs to: labels and tolerations have one field each. */
function fieldOf([first = '', second = '']: readonly string[]): TextKey {
  return (first === 'artifacts' ? `${first}.${second}` : first) as TextKey
}

/** What lies deeper than its field says which part it is about. */
function sentence([first, ...rest]: readonly PropertyKey[], message: string): string {
  const part = first === 'artifacts' ? rest.slice(1) : rest
  return part.length === 0 ? message : `${part.map(partText).join('.')}: ${message}`
}

function partText(part: PropertyKey): string {
  return typeof part === 'number' ? `line ${part + 1}` : String(part)
}

/** What a Problem of the core says of fields, and what it says beside that. */
export function faultsOfProblem(problem: Problem): { readonly faults: Faults; readonly rest: string | undefined } {
  const faults = new Map<TextKey, string>()
  for (const { path = '', message } of problem.issues) {
    const parts = path.split('.').filter((part, index) => index > 0 || part !== 'profile')
    if (parts.length > 0) faults.set(fieldOf(parts), message)
  }
  return { faults, rest: faults.size === 0 ? problem.message : undefined }
}
