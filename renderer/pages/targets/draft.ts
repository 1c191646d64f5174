import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { pairsText } from './lines.ts'

/** The text fields of the form, by their places in the profile. */
export type TextKey =
  | 'name'
  | 'kubeconfig'
  | 'context'
  | 'namespace'
  | 'serviceAccount'
  | 'registry'
  | 'platform'
  | 'imagePullSecret'
  | 'artifacts.endpoint'
  | 'artifacts.clusterEndpoint'
  | 'artifacts.bucket'
  | 'artifacts.prefix'
  | 'artifacts.region'
  | CredentialKey
  | 'nodeSelector'
  | 'tolerations'
  | 'parallelism'
  | 'labels'

/** Where the store's credentials stand in the profile. */
export type CredentialKey = 'artifacts.accessKey' | 'artifacts.secretKey'

/** Credentials are typed and then kept as a secret of the target, or are named among the secrets that are kept. */
export type CredentialMode = 'typed' | 'kept'

/** What the form says; a text that nobody has typed yet is not in it. */
export type Draft = {
  readonly texts: Partial<Readonly<Record<TextKey, string>>>
  readonly pathStyle: boolean
  readonly mode: CredentialMode
  /** Values that go to the secrets and nowhere else. */
  readonly values: Readonly<Record<CredentialKey, string>>
}

/** What stands in fields that nobody has touched. */
export type Defaults = Draft['texts']

const NO_VALUES = { 'artifacts.accessKey': '', 'artifacts.secretKey': '' } as const

/** A form that nobody has touched. */
export const EMPTY_DRAFT: Draft = { texts: {}, pathStyle: true, mode: 'typed', values: NO_VALUES }

/** What a field shows. */
export function textOf(draft: Draft, defaults: Defaults, key: TextKey): string {
  return draft.texts[key] ?? defaults[key] ?? ''
}

/** The form of a target that is to be changed. */
export function draftOf(name: string, profile: ClusterProfile): Draft {
  const { artifacts } = profile
  const refText = ({ secret, key }: { readonly secret: string; readonly key: string }) => `${secret}/${key}`
  return {
    texts: {
      name,
      kubeconfig: profile.kubeconfig.join('\n'),
      context: profile.context,
      namespace: profile.namespace,
      serviceAccount: profile.serviceAccount,
      registry: profile.registry,
      platform: profile.platform,
      imagePullSecret: profile.imagePullSecret ?? '',
      'artifacts.endpoint': artifacts.endpoint,
      'artifacts.clusterEndpoint': artifacts.clusterEndpoint ?? '',
      'artifacts.bucket': artifacts.bucket,
      'artifacts.prefix': artifacts.prefix,
      'artifacts.region': artifacts.region,
      'artifacts.accessKey': refText(artifacts.accessKey),
      'artifacts.secretKey': refText(artifacts.secretKey),
      nodeSelector: pairsText(profile.nodeSelector),
      tolerations: profile.tolerations.map((it) => JSON.stringify(it)).join('\n'),
      parallelism: profile.parallelism === undefined ? '' : String(profile.parallelism),
      labels: pairsText(profile.labels),
    },
    pathStyle: artifacts.pathStyle,
    mode: 'kept',
    values: NO_VALUES,
  }
}
