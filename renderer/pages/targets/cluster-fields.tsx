import { Code, Fieldset, Stack } from '@mantine/core'
import type { KubeContextView } from '#core/contract/target-report.ts'
import { ChoiceField, LinesField, TextField } from './field.tsx'
import type { FormState } from './use-target-form.ts'

const CONTEXT_HELP = 'Cluster and user, as kubectl names them'

type GroupProps = { readonly form: FormState }

/** Which cluster, and as whom. */
export function ClusterFields({ form, isNew }: GroupProps & { readonly isNew: boolean }) {
  const { contexts } = form
  const context = {
    form,
    field: 'context',
    label: 'Context',
    help:
      contexts.length === 0
        ? 'No context was found in these files: name others, or sign in to a cluster first'
        : CONTEXT_HELP,
    isRequired: true,
  } as const
  return (
    <Fieldset legend="Cluster">
      <Stack gap="sm">
        <LinesField
          form={form}
          field="kubeconfig"
          label="Kubeconfig files"
          help="Absolute paths on the machine of the core, one a line; the first that defines a name wins. They are read, never written."
          isRequired
        />
        {contexts.length === 0 ? (
          <TextField {...context} />
        ) : (
          <ChoiceField {...context} choices={contexts.map((it) => ({ value: it.name, label: contextText(it) }))} />
        )}
        {isNew && (
          <TextField
            form={form}
            field="name"
            label="Name"
            help="What runs and schedules call it: lower-case letters, digits and -"
            isRequired
          />
        )}
        <TextField
          form={form}
          field="namespace"
          label="Namespace"
          help="Everything is made in it, and rights in it are enough. It must be there."
          isRequired
        />
        <TextField
          form={form}
          field="serviceAccount"
          label="Service account of pods"
          help="Steps run as it. Argo’s part of a pod needs the right to report results by it."
          isRequired
        />
      </Stack>
    </Fieldset>
  )
}

function contextText({ name, server, isCurrent }: KubeContextView): string {
  return [name, ...(server === null ? [] : [server]), ...(isCurrent ? ['the current one'] : [])].join(' · ')
}

/** Where images go, and what they are for. */
export function ImageFields({ form }: GroupProps) {
  return (
    <Fieldset legend="Images">
      <Stack gap="sm">
        <TextField
          form={form}
          field="registry"
          label="Registry"
          help="Host and path that this machine pushes to and nodes pull from, by the logins of docker login"
          placeholder="registry.example/team"
          isRequired
        />
        <ChoiceField
          form={form}
          field="platform"
          label="Platform"
          help="Of the nodes that steps run on"
          choices={[
            { value: 'linux/amd64', label: 'linux/amd64' },
            { value: 'linux/arm64', label: 'linux/arm64' },
          ]}
        />
        <TextField
          form={form}
          field="imagePullSecret"
          label="Image pull secret"
          help="Name of a Secret of the namespace, where nodes need a login to pull. Empty: none"
        />
      </Stack>
    </Fieldset>
  )
}

/** Where pods may run, and how many. */
export function PodFields({ form }: GroupProps) {
  return (
    <Fieldset legend="Pods">
      <Stack gap="sm">
        <TextField
          form={form}
          field="parallelism"
          label="Pods of a run at once"
          help="At most. Empty: no limit of the target"
        />
        <LinesField
          form={form}
          field="nodeSelector"
          label="Node selector"
          help="Labels that a node must have, one key=value a line. Empty: any node"
          placeholder="pool=ml"
        />
        <LinesField
          form={form}
          field="tolerations"
          label="Tolerations"
          help={
            <>
              Of taints of nodes, one JSON object a line: <Code>{'{"key":"gpu","operator":"Exists"}'}</Code>
            </>
          }
        />
        <LinesField
          form={form}
          field="labels"
          label="Labels"
          help="Of every object and pod that a run makes, one key=value a line"
          placeholder="team=wine"
        />
      </Stack>
    </Fieldset>
  )
}
