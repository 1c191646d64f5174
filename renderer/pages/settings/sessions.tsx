import { Badge, Group, Table, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { SessionRow } from '#core/contract/access.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { Section } from './section.tsx'

const SINCE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Browsers that may talk to the core: this one first. */
export function Sessions({ sessions }: { readonly sessions: readonly SessionRow[] }) {
  const head = (
    <>
      <Table.Th scope="col">Browser</Table.Th>
      <Table.Th scope="col">Since</Table.Th>
      <Table.Th scope="col">Last used</Table.Th>
      <Table.Th scope="col">Ends</Table.Th>
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
  const ordered = sessions.toSorted((a, b) => Number(b.current) - Number(a.current))
  return (
    <Section
      title="Browsers with a session"
      about="Each was let in by a code of the command line of this machine, and may do all that you may."
    >
      <WideTable label="Sessions" head={head} minWidth={680}>
        {ordered.map((session) => (
          <Table.Tr key={session.id}>
            <Table.Th scope="row" fw={400}>
              <Group gap="xs">
                {session.agent}
                {session.current && (
                  <Badge variant="light" tt="none">
                    this browser
                  </Badge>
                )}
              </Group>
            </Table.Th>
            <Table.Td>
              <Time iso={session.createdAt} />
            </Table.Td>
            <Table.Td>
              <Time iso={session.lastUsedAt} />
            </Table.Td>
            <Table.Td>
              <Time iso={session.expiresAt} />
            </Table.Td>
            <Table.Td ta="right">{session.current ? <SignOut /> : <Revoke session={session} />}</Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  )
}

/** Afterwards the page is loaded anew, and so says how to get in again. */
function SignOut() {
  const client = useClient()
  const signOut = async () => {
    await client.closeSession()
    window.location.assign('/')
  }
  return (
    <Confirm label="Sign out" title="Sign out of this browser?" confirmLabel="Sign out" onConfirm={signOut}>
      <Text size="sm">
        All pages of the workbench in this browser are refused from now on. To come back, run <code>minisub open</code>{' '}
        on the machine of the core. Runs and schedules go on.
      </Text>
    </Confirm>
  )
}

function Revoke({ session }: { readonly session: SessionRow }) {
  const client = useClient()
  const cache = useQueryClient()
  const { id, agent, createdAt } = session
  const since = SINCE.format(Date.parse(createdAt))
  const revoke = async () => {
    await client.revokeSession({ session: id })
    await cache.invalidateQueries({ queryKey: ['access'] })
  }
  return (
    <Confirm
      label="Revoke"
      name={`Revoke ${agent}, since ${since}`}
      title="Revoke this session?"
      confirmLabel="Revoke session"
      onConfirm={revoke}
    >
      <Text size="sm">
        {agent}, since {since}: its pages are refused at once, and their connections closed. What it started goes on.
      </Text>
    </Confirm>
  )
}
