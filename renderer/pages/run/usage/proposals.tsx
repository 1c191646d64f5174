import { Button, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { PenLine } from 'lucide-react'
import type { RunUsage } from '#core/contract/usage.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** Better requests of steps, and the button that writes them into the document. */
export function Proposals({ usage }: { readonly usage: RunUsage }) {
  const client = useClient()
  const apply = useMutation({ mutationFn: () => client.applyRunUsage({ run: usage.run }) })
  const proposed = usage.steps.flatMap(({ name, proposal }) => (proposal === null ? [] : [{ name, ...proposal }]))
  if (proposed.length === 0) return <Text size="sm">The requests of the steps are good, or too little is known.</Text>
  const head = (
    <>
      <Table.Th scope="col">Step</Table.Th>
      <Table.Th scope="col">Cores</Table.Th>
      <Table.Th scope="col">Memory</Table.Th>
      <Table.Th scope="col">Because</Table.Th>
    </>
  )
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        Better requests
      </Title>
      <WideTable label="Better requests" head={head} minWidth={520}>
        {proposed.map(({ name, cpu, memory, because }) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={400}>
              {name}
            </Table.Th>
            <Table.Td>{cpu ?? 'as it is'}</Table.Td>
            <Table.Td>{memory ?? 'as it is'}</Table.Td>
            <Table.Td>{because}</Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
      <Stack gap="xs" mt="sm">
        {apply.error !== null && (
          <ProblemAlert title="They were not written" message={problemOf(apply.error).message} />
        )}
        <Text size="sm" role="status">
          {apply.data !== undefined && `Written into ${apply.data.file}: the next run asks for them.`}
        </Text>
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<PenLine size={14} aria-hidden />}
            loading={apply.isPending}
            disabled={apply.data !== undefined}
            onClick={() => apply.mutate()}
          >
            Write them into {fileName(usage.file)}
          </Button>
        </Group>
      </Stack>
    </section>
  )
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}
