import { Code, Table, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { SecretRow, SecretStore, SecretsView } from '#core/contract/secrets.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { NewSecret } from './new-secret.tsx'
import { Section } from './section.tsx'
import { SettingList } from './setting-list.tsx'

/** Values that steps get as variables: their names, and where each is kept. */
export function Secrets() {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.secrets(client))
  return (
    <Section
      title="Secrets"
      about={
        <>
          A step names them by <Code>{'secrets: { TOKEN: { secret: registry, key: token } }'}</Code>. A value is shown
          to nobody again, and hidden in logs.
        </>
      }
    >
      {error !== null && data === undefined && (
        <ProblemAlert title="The secrets are not shown" message={error.message} onRetry={() => void refetch()} />
      )}
      {error === null && data === undefined && <Waiting what="the secrets" />}
      {data !== undefined && (
        <>
          <WhereKept secrets={data} />
          <SecretTable secrets={data.secrets} />
          <NewSecret secrets={data.secrets} />
          <SettingList prefix="secrets." />
        </>
      )}
    </Section>
  )
}

function WhereKept({ secrets: { store, keychain, app, file } }: { readonly secrets: SecretsView }) {
  return (
    <Text size="sm">
      {store === 'keychain' && <>New values are kept in the keychain of this machine: {keychain}.</>}
      {store === 'app' && (
        <>
          New values are kept in <Code>{file}</Code>, encrypted by this app: the system keeps its key ({app?.backend}).
          A core without the app cannot read them.
        </>
      )}
      {store === 'file' && (
        <>
          New values are kept encrypted in <Code>{file}</Code>, whose key lies in the data folder. Whoever can read the
          folder can read them.
        </>
      )}
      {app?.isStrong === false && (
        <>
          {' '}
          The encryption of the app is not used: this desktop has no keyring for it, and everybody knows the key that it
          would take ({app.backend}).
        </>
      )}
    </Text>
  )
}

const KEPT_IN: Record<SecretStore, string> = {
  keychain: 'the keychain',
  app: 'the file, by the app',
  file: 'the encrypted file',
}

function SecretTable({ secrets }: { readonly secrets: readonly SecretRow[] }) {
  if (secrets.length === 0) {
    return (
      <Text size="sm">
        There are none yet. On the command line: <Code>minisub secret set NAME KEY</Code>
      </Text>
    )
  }
  const head = (
    <>
      <Table.Th scope="col">Secret</Table.Th>
      <Table.Th scope="col">Key</Table.Th>
      <Table.Th scope="col">Kept in</Table.Th>
      <Table.Th scope="col">Set</Table.Th>
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
  return (
    <WideTable label="Secrets that are kept" head={head} minWidth={560}>
      {secrets.map((secret) => (
        <Table.Tr key={`${secret.name}/${secret.key}`}>
          <Table.Th scope="row" fw={400}>
            {secret.name}
          </Table.Th>
          <Table.Td>{secret.key}</Table.Td>
          <Table.Td>{KEPT_IN[secret.store]}</Table.Td>
          <Table.Td>
            <Time iso={secret.updatedAt} />
          </Table.Td>
          <Table.Td ta="right">
            <DeleteSecret secret={secret} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

function DeleteSecret({ secret: { name, key } }: { readonly secret: SecretRow }) {
  const client = useClient()
  const cache = useQueryClient()
  const remove = async () => {
    await client.deleteSecretKey({ name, key })
    await cache.invalidateQueries({ queryKey: ['secrets'] })
  }
  return (
    <Confirm
      label="Delete"
      name={`Delete ${name}, ${key}`}
      title={`Delete the key ${key} of the secret ${name}?`}
      confirmLabel="Delete the value"
      onConfirm={remove}
    >
      Its value cannot be had back. Steps that want it cannot start from now on, also those of runs that go on.
    </Confirm>
  )
}
