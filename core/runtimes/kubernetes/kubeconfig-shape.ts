import { z } from 'zod'

/** Go reads a number or a boolean as text where text is wanted: `password: 12345`. */
const text = z.preprocess(
  (it) => (typeof it === 'bigint' || typeof it === 'number' || typeof it === 'boolean' ? String(it) : it),
  z.string(),
)
const optional = text.nullish()

const ClusterEntry = z.looseObject({
  server: text,
  'certificate-authority': optional,
  'certificate-authority-data': optional,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': optional,
  'proxy-url': optional,
  extensions: z.array(z.looseObject({ name: text, extension: z.unknown() })).nullish(),
})

const ExecEntry = z.looseObject({
  apiVersion: optional,
  command: text,
  args: z.array(text).nullish(),
  env: z.array(z.looseObject({ name: text, value: text })).nullish(),
  installHint: optional,
  provideClusterInfo: z.boolean().nullish(),
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
})

const UserEntry = z.looseObject({
  token: optional,
  tokenFile: optional,
  username: optional,
  password: optional,
  'client-certificate': optional,
  'client-certificate-data': optional,
  'client-key': optional,
  'client-key-data': optional,
  exec: ExecEntry.nullish(),
  'auth-provider': z.looseObject({ name: text, config: z.record(z.string(), text).nullish() }).nullish(),
  as: optional,
  'as-uid': optional,
  'as-groups': z.array(text).nullish(),
  'as-user-extra': z.record(z.string(), z.array(text)).nullish(),
})

const ContextEntry = z.looseObject({ cluster: text, user: text.nullish(), namespace: optional })

/** What a kubeconfig file holds, as far as it is read here. Go writes null for what is empty. */
export const KubeconfigShape = z.looseObject({
  'current-context': optional,
  clusters: z.array(z.looseObject({ name: text, cluster: ClusterEntry })).nullish(),
  users: z.array(z.looseObject({ name: text, user: UserEntry.nullish() })).nullish(),
  contexts: z.array(z.looseObject({ name: text, context: ContextEntry })).nullish(),
})

export type KubeconfigFile = z.infer<typeof KubeconfigShape>
export type ClusterEntry = z.infer<typeof ClusterEntry>
export type UserEntry = z.infer<typeof UserEntry>
export type ExecEntry = z.infer<typeof ExecEntry>
export type ContextEntry = z.infer<typeof ContextEntry>
