import { Stack, Table, Text } from '@mantine/core'
import type { VersionView } from '#core/contract/models.ts'
import { WideTable } from '#renderer/ui/wide-table.tsx'

type Fields = NonNullable<VersionView['signature']>['inputs']

/** What a model takes and gives. */
export function Signature({ signature }: Pick<VersionView, 'signature'>) {
  if (signature === null) {
    return (
      <Text size="sm">
        The model has none. <code>log_model(…, input_example=rows)</code> makes one.
      </Text>
    )
  }
  return (
    <Stack gap="md">
      <FieldTable label="Inputs" fields={signature.inputs} />
      <FieldTable label="Outputs" fields={signature.outputs} />
      {signature.params.length > 0 && <FieldTable label="Parameters of a prediction" fields={signature.params} />}
    </Stack>
  )
}

function FieldTable({ label, fields }: { readonly label: string; readonly fields: Fields }) {
  if (fields.length === 0) return <Text size="sm">{label}: none.</Text>
  return (
    <WideTable
      label={label}
      minWidth={420}
      head={
        <>
          <Table.Th scope="col" w="40%">
            {label}
          </Table.Th>
          <Table.Th scope="col">Type</Table.Th>
          <Table.Th scope="col">Shape</Table.Th>
          <Table.Th scope="col">Must be there</Table.Th>
        </>
      }
    >
      {fields.map(({ name, type, shape, required }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- fields may lack a name
        <Table.Tr key={index}>
          <Table.Th scope="row" fw={400}>
            {name === '' ? `(${index + 1})` : name}
          </Table.Th>
          <Table.Td>{type}</Table.Td>
          <Table.Td>{shape ?? '–'}</Table.Td>
          <Table.Td>{required ? 'yes' : 'no'}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}
