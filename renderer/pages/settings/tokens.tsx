import { Table, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { TokenRow } from '#core/contract/access.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { NewToken } from './new-token.tsx'
import { Section } from './section.tsx'

/** Tokens of programs. */
export function Tokens({ tokens }: { readonly tokens: readonly TokenRow[] }) {
  const head = (
    <>
      <Table.Th scope="col">Name</Table.Th>
      <Table.Th scope="col">Made</Table.Th>
      <Table.Th scope="col">Last used</Table.Th>
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
  return (
    <Section
      title="Tokens of programs"
      about="Give each program a token of its own, so that one can be revoked without the others. It may do all that you may, but make further tokens."
    >
      <NewToken />
      {tokens.length === 0 ? (
        <Text size="sm">There is none. Prometheus, a script or a notebook elsewhere would want one.</Text>
      ) : (
        <WideTable label="Tokens" head={head} minWidth={520}>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Th scope="row" fw={400}>
                {token.name}
              </Table.Th>
              <Table.Td>
                <Time iso={token.createdAt} />
              </Table.Td>
              <Table.Td>
                <Time iso={token.lastUsedAt} empty="never" />
              </Table.Td>
              <Table.Td ta="right">
                <Revoke token={token} />
              </Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Section>
  )
}

function Revoke({ token: { id, name } }: { readonly token: TokenRow }) {
  const client = useClient()
  const cache = useQueryClient()
  const revoke = async () => {
    await client.revokeToken({ token: id })
    await cache.invalidateQueries({ queryKey: ['access'] })
  }
  return (
    <Confirm
      label="Revoke"
      name={`Revoke ${name}`}
      title={`Revoke the token ${name}?`}
      confirmLabel="Revoke token"
      onConfirm={revoke}
    >
      <Text size="sm">Whoever uses it is refused at once. It cannot be made good again; a new one can be made.</Text>
    </Confirm>
  )
}
