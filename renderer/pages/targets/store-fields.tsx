import { Fieldset, Radio, Stack, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { textOf } from './draft.ts'
import { ChoiceField, TextField, ValueField } from './field.tsx'
import { ownSecret } from './read-draft.ts'
import type { FormState } from './use-target-form.ts'

type GroupProps = { readonly form: FormState }

/** The bucket that artifacts are kept in, and the credentials for it. */
export function StoreFields({ form }: GroupProps) {
  return (
    <Fieldset legend="Artifact store">
      <Stack gap="sm">
        <TextField
          form={form}
          field="artifacts.endpoint"
          label="Address of the S3 store"
          help="As this machine sees it, with http:// or https://"
          placeholder="https://s3.example"
          isRequired
        />
        <TextField
          form={form}
          field="artifacts.clusterEndpoint"
          label="Address as pods see it"
          help="Only where it is another one"
        />
        <TextField form={form} field="artifacts.bucket" label="Bucket" help="It must be there" isRequired />
        <TextField
          form={form}
          field="artifacts.prefix"
          label="Prefix"
          help="Folders that every key begins with, such as team/minisub/. Empty: none"
        />
        <TextField form={form} field="artifacts.region" label="Region" help="Of the bucket" isRequired />
        <Switch
          label="The bucket stands in the path"
          description="On: ADDRESS/BUCKET/KEY, as most stores of one’s own want it. Off: BUCKET.ADDRESS/KEY"
          checked={form.draft.pathStyle}
          onChange={({ currentTarget }) => form.setPathStyle(currentTarget.checked)}
        />
        <Credentials form={form} />
      </Stack>
    </Fieldset>
  )
}

function Credentials({ form }: GroupProps) {
  const { draft, defaults, setMode } = form
  const name = textOf(draft, defaults, 'name')
  const secret = name === '' ? 'a secret of the target' : `the secret ${ownSecret(name)}`
  return (
    <>
      <Radio.Group
        label="Credentials"
        description="Of somebody who may read, write, list and delete in the bucket"
        value={draft.mode}
        onChange={(value) => setMode(value === 'kept' ? 'kept' : 'typed')}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="typed"
            label="Enter them"
            description={`They are kept as ${secret}, and shown to nobody again`}
          />
          <Radio value="kept" label="Take secrets that are kept" description="Of this data folder: see the settings" />
        </Stack>
      </Radio.Group>
      {draft.mode === 'typed' ? (
        <>
          <ValueField form={form} field="artifacts.accessKey" label="Access key" help="The id of the two" />
          <ValueField form={form} field="artifacts.secretKey" label="Secret key" help="The password of the two" />
        </>
      ) : (
        <KeptFields form={form} />
      )}
    </>
  )
}

function KeptFields({ form }: GroupProps) {
  const client = useClient()
  const { data } = useQuery(queries.secrets(client))
  const choices = (data?.secrets ?? []).map(({ name, key }) => ({ value: `${name}/${key}`, label: `${name}, ${key}` }))
  const common = { form, choices, isRequired: true, placeholder: 'Choose a secret' }
  return (
    <>
      <ChoiceField
        {...common}
        field="artifacts.accessKey"
        label="Secret with the access key"
        help="The id of the two"
      />
      <ChoiceField
        {...common}
        field="artifacts.secretKey"
        label="Secret with the secret key"
        help="The password of the two"
      />
    </>
  )
}
