import { Alert, Code, List, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { isSettingKey } from '#core/contract/settings.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { SettingField } from './setting-field.tsx'

type ListProps = {
  /** Which settings are shown: those whose names begin so. */
  readonly prefix: 'docker.' | 'secrets.' | 'desktop.'
}

/** Settings of the data folder, each with its field. */
export function SettingList({ prefix }: ListProps) {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.settings(client))
  if (error !== null && data === undefined) {
    return <ProblemAlert title="The settings are not shown" message={error.message} onRetry={() => void refetch()} />
  }
  if (data === undefined) return <Waiting what="the settings" />
  return (
    <Stack gap="md">
      {data.settings.map((setting) => {
        const { key } = setting
        return key.startsWith(prefix) && isSettingKey(key) && <SettingField key={key} setting={setting} name={key} />
      })}
    </Stack>
  )
}

/** The file that they are kept in, and what of it has no meaning. */
export function SettingsFile() {
  const client = useClient()
  const { data } = useQuery(queries.settings(client))
  if (data === undefined) return null
  return (
    <>
      {data.warnings.length > 0 && <Warnings warnings={data.warnings} />}
      <Text size="sm">
        Kept in <Code>{data.file}</Code>
      </Text>
    </>
  )
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  return (
    <Alert color="orange" icon={<TriangleAlert size={18} aria-hidden />} title="Not all of the file counts">
      <List size="sm">
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  )
}
