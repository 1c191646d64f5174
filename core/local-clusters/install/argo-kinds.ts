import type { KubeObject } from '#core/runtimes/cluster.ts'
import { ourObject } from './objects.ts'
import type { ARGO_KINDS } from './plan.ts'

type Plural = (typeof ARGO_KINDS)[number]
type ArgoKind = {
  readonly kind: string
  readonly shortNames: readonly string[]
  readonly isClusterWide?: boolean
  /** Its status is written apart from the rest. */
  readonly hasStatus?: boolean
}

const GROUP = 'argoproj.io'
const VERSION = 'v1alpha1'

/** Names, scopes and status as Argo has them. */
const KINDS: Readonly<Record<Plural, ArgoKind>> = {
  workflows: { kind: 'Workflow', shortNames: ['wf'] },
  workflowtemplates: { kind: 'WorkflowTemplate', shortNames: ['wftmpl'] },
  clusterworkflowtemplates: {
    kind: 'ClusterWorkflowTemplate',
    shortNames: ['clusterwftmpl', 'cwft'],
    isClusterWide: true,
  },
  cronworkflows: { kind: 'CronWorkflow', shortNames: ['cwf', 'cronwf'] },
  workfloweventbindings: { kind: 'WorkflowEventBinding', shortNames: ['wfeb'] },
  workflowtaskresults: { kind: 'WorkflowTaskResult', shortNames: [] },
  workflowtasksets: { kind: 'WorkflowTaskSet', shortNames: ['wfts'], hasStatus: true },
  workflowartifactgctasks: { kind: 'WorkflowArtifactGCTask', shortNames: ['wfat'], hasStatus: true },
}

const COLUMNS = [
  { name: 'Status', type: 'string', jsonPath: '.status.phase' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Message', type: 'string', jsonPath: '.status.message' },
]

/** The definition of a kind of Argo, by its plural name: every field is taken as it is, and checked by the controller. */
export function argoKind(plural: string): KubeObject {
  const found = KINDS[plural as Plural]
  if (found === undefined) throw new Error(`Argo has no kind ${plural}`)
  const { kind, shortNames, isClusterWide = false, hasStatus = false } = found
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() }
  const version = {
    name: VERSION,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    ...(hasStatus ? { subresources: { status: {} } } : {}),
    ...(plural === 'workflows' ? { additionalPrinterColumns: COLUMNS } : {}),
  }
  return ourObject(
    { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    { name: `${plural}.${GROUP}` },
    {
      spec: {
        group: GROUP,
        names: { ...names, ...(shortNames.length === 0 ? {} : { shortNames }) },
        scope: isClusterWide ? 'Cluster' : 'Namespaced',
        versions: [version],
      },
    },
  )
}
