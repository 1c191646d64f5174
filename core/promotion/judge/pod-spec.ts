import { z } from 'zod'
import { Quantities } from '#core/cluster-facts/index.ts'

const KeyRef = z.looseObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() })
const SourceRef = z.looseObject({ name: z.string(), optional: z.boolean().optional() })

export const Resources = z.looseObject({ requests: Quantities, limits: Quantities }).prefault({})
export type Resources = z.infer<typeof Resources>

const Capabilities = z.looseObject({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
const SecurityContext = z.looseObject({
  privileged: z.boolean().optional(),
  allowPrivilegeEscalation: z.boolean().optional(),
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.number().optional(),
  seccompProfile: z.looseObject({ type: z.string() }).optional(),
  capabilities: Capabilities.optional(),
})
export type SecurityContext = z.infer<typeof SecurityContext>

export const PodContainer = z.looseObject({
  name: z.string().default('main'),
  image: z.string().optional(),
  env: z
    .array(
      z.looseObject({
        valueFrom: z.looseObject({ secretKeyRef: KeyRef.optional(), configMapKeyRef: KeyRef.optional() }).optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.looseObject({ secretRef: SourceRef.optional(), configMapRef: SourceRef.optional() })).default([]),
  resources: Resources,
  restartPolicy: z.string().optional(),
  securityContext: SecurityContext.optional(),
  ports: z.array(z.looseObject({ hostPort: z.number().optional() })).default([]),
})
export type PodContainer = z.infer<typeof PodContainer>

export const Volume = z.looseObject({
  name: z.string(),
  secret: z.looseObject({ secretName: z.string(), optional: z.boolean().optional() }).optional(),
  configMap: SourceRef.optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
  hostPath: z.looseObject({}).optional(),
})

export const Labels = z.record(z.string(), z.string()).default({})
export const Tolerations = z
  .array(
    z.looseObject({
      key: z.string().optional(),
      operator: z.enum(['Exists', 'Equal']).optional(),
      value: z.string().optional(),
      effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
    }),
  )
  .default([])

/** The spec of a pod, as far as somebody may refuse it for what it says. */
export const PodSpec = z.looseObject({
  serviceAccountName: z.string().optional(),
  nodeSelector: Labels,
  tolerations: Tolerations,
  affinity: z.looseObject({}).optional(),
  imagePullSecrets: z.array(z.looseObject({ name: z.string() })).default([]),
  priorityClassName: z.string().optional(),
  runtimeClassName: z.string().optional(),
  activeDeadlineSeconds: z.coerce.number().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  securityContext: SecurityContext.optional(),
  overhead: z.record(z.string(), z.coerce.string()).optional(),
  volumes: z.array(Volume).default([]),
  initContainers: z.array(PodContainer).default([]),
  containers: z.array(PodContainer),
})
export type PodSpec = z.infer<typeof PodSpec>
