import { Fieldset, SimpleGrid, Stack } from '@mantine/core'
import { FormField } from './form-field.tsx'
import type { FormState } from './use-cluster-form.ts'

type GroupProps = { readonly form: FormState }

/** What hardly anybody changes: nodes, ports, limits. */
export function AdvancedFields({ form }: GroupProps) {
  return (
    <Stack gap="sm">
      <Nodes form={form} />
      <Ports form={form} />
      <Limits form={form} />
    </Stack>
  )
}

function Nodes({ form }: GroupProps) {
  return (
    <Fieldset legend="Nodes and time">
      <Stack gap="sm">
        <FormField
          form={form}
          field="nodeImage"
          label="Node image"
          help="Image of the nodes. Empty: the one of the settings, else the one that this version was tested with"
          placeholder="kindest/node:…"
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <FormField
            form={form}
            field="workers"
            label="Workers"
            help="Nodes beside the first"
            placeholder="0"
            isNumber
          />
          <FormField
            form={form}
            field="deadlineMinutes"
            label="Minutes until given up"
            help="Of the whole creation"
            placeholder="20"
            isNumber
          />
        </SimpleGrid>
        <FormField
          form={form}
          field="config"
          label="Configuration file of kind"
          help="Absolute path on the machine of the core. What the form says is laid over it. Empty: none"
        />
      </Stack>
    </Fieldset>
  )
}

function Ports({ form }: GroupProps) {
  const port = { form, isNumber: true, placeholder: 'a free one' } as const
  return (
    <Fieldset legend="Ports of this machine">
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <FormField {...port} field="apiPort" label="Kubernetes" help="API of the cluster" />
        <FormField {...port} field="registryPort" label="Registry" help="Images that are pushed" />
        <FormField {...port} field="storePort" label="Artifact store" help="What runs keep" />
      </SimpleGrid>
    </Fieldset>
  )
}

function Limits({ form }: GroupProps) {
  return (
    <Fieldset legend="Limits of pods">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <FormField form={form} field="quotaCpu" label="CPU of all runs" help="Such as 4. Empty: no quota" />
        <FormField form={form} field="quotaMemory" label="Memory of all runs" help="Such as 4Gi. Empty: no quota" />
        <FormField
          form={form}
          field="defaultCpu"
          label="CPU of a container"
          help="That asks for none. Empty: no limit"
        />
        <FormField
          form={form}
          field="defaultMemory"
          label="Memory of a container"
          help="That asks for none. Empty: no limit"
        />
      </SimpleGrid>
    </Fieldset>
  )
}
