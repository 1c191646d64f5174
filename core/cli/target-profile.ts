import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import type { Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { readText } from './read-input.ts'
import { parsePairs } from './target-pairs.ts'

/** What `target add` and `target edit` take. */
export type ProfileFlags = {
  readonly kubeconfig?: readonly string[]
  readonly context?: string
  readonly namespace?: string
  readonly serviceAccount?: string
  readonly registry?: string
  readonly endpoint?: string
  readonly clusterEndpoint?: string
  readonly bucket?: string
  readonly prefix?: string
  readonly region?: string
  readonly pathStyle?: boolean
  readonly accessKey?: string
  readonly secretKey?: string
  readonly accessKeyEnv?: string
  readonly secretKeyEnv?: string
  readonly platform?: string
  readonly nodeSelector?: readonly string[]
  readonly toleration?: readonly string[]
  readonly imagePullSecret?: string
  readonly parallelism?: string
  readonly label?: readonly string[]
  readonly from?: string
}

/** A profile that is being put together, unchecked. */
export type Draft = { readonly [field: string]: unknown }

/** Files that kubectl would read from this shell: those of KUBECONFIG, else `~/.kube/config`; absolute. */
export function usualKubeconfig(): string[] {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  return named.length > 0 ? named.map((path) => resolve(path)) : [join(homedir(), '.kube', 'config')]
}

/** A draft with the fields that flags name; an empty text takes a field away. Throws Problem `usage`. */
export function withFlags(draft: Draft, flags: ProfileFlags): Draft {
  const { kubeconfig, context, namespace, serviceAccount, registry, platform, imagePullSecret } = flags
  const { nodeSelector, toleration, parallelism, label } = flags
  return put(draft, {
    kubeconfig: kubeconfig?.map((path) => resolve(path)),
    context,
    namespace,
    serviceAccount,
    registry,
    artifacts: artifactsWith(draft['artifacts'], flags),
    platform,
    imagePullSecret,
    nodeSelector: nodeSelector === undefined ? undefined : parsePairs('--node-selector', nodeSelector),
    labels: label === undefined ? undefined : parsePairs('--label', label),
    tolerations: toleration?.filter((text) => text !== '').map(parseToleration),
    parallelism: parallelism === undefined || parallelism === '' ? parallelism : Number(parallelism),
  })
}

function artifactsWith(before: unknown, flags: ProfileFlags): Draft | undefined {
  const { endpoint, clusterEndpoint, bucket, prefix, region, pathStyle, accessKey, secretKey } = flags
  const fields = put(isDraft(before) ? before : {}, {
    endpoint,
    clusterEndpoint,
    bucket,
    region,
    pathStyle,
    accessKey: accessKey === undefined ? undefined : parseReference('--access-key', accessKey),
    secretKey: secretKey === undefined ? undefined : parseReference('--secret-key', secretKey),
  })
  return prefix === undefined
    ? fields
    : { ...fields, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` }
}

/** Undefined leaves a field as it is, an empty text takes it away. */
function put(draft: Draft, fields: Draft): Draft {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  const all = Object.entries({ ...draft, ...Object.fromEntries(given) })
  return Object.fromEntries(all.filter(([, value]) => value !== ''))
}

/** Whether a value is a map. */
export function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The profile that a draft is. Throws Problem `invalid_value` that names every fault; `file` is where it was read. */
export function checkedProfile(draft: Draft, file?: string): ClusterProfile {
  const result = ClusterProfile.safeParse(draft)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  )
  const what = file === undefined ? 'the profile is not valid' : `${file} is not a profile of a target`
  throw new Problem('invalid_value', `${what}: ${faults.join('; ')}`)
}

/** The draft in a YAML or JSON file. Throws Problem `input_missing` or `invalid_value`. */
export async function readDraft(file: string): Promise<Draft> {
  const text = await readText(file)
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { prettyErrors: true })
  const [fault] = document.errors
  if (fault !== undefined)
    throw new Problem('invalid_value', `${file} is neither YAML nor JSON: ${fault.message.trim()}`)
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  if (isDraft(value)) return value
  throw new Problem('invalid_value', `${file} must hold a map, as \`minisub target show\` prints it`)
}

function parseReference(flag: string, text: string): Draft {
  const [secret = '', key = '', more] = text.split('/')
  if (secret === '' || key === '' || more !== undefined) {
    throw new Problem('usage', `${flag} wants SECRET/KEY, as \`minisub secret list\` shows them, and got "${text}"`)
  }
  return { secret, key }
}

function parseToleration(text: string): Json {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch (cause) {
    const example = `'{"key":"gpu","operator":"Exists"}'`
    throw new Problem('usage', `--toleration wants JSON such as ${example} and got ${text}`, { cause })
  }
}
