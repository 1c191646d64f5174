import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Section } from './section.tsx'
import { SettingList, SettingsFile } from './setting-list.tsx'

/** Which container engine is used, and how images are built and chosen. */
export function Engine() {
  return (
    <Section
      title="Container engine and images"
      about="For runs on the target docker, of all who use this core. What goes on already is not changed."
    >
      <EngineStatus />
      <SettingList prefix="docker." />
      <SettingsFile />
    </Section>
  )
}

function EngineStatus() {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.targets(client))
  const docker = data?.targets.find(({ name }) => name === 'docker')
  if (error !== null) {
    return <ProblemAlert title="The engine is not known" message={error.message} onRetry={() => void refetch()} />
  }
  if (docker === undefined) return null
  return (
    <div role="status" aria-label="Container engine">
      <Text component="div" size="sm">
        <Status status={docker.status} /> {docker.description}
      </Text>
      {docker.reason !== null && <Text size="sm">{docker.reason}</Text>}
    </div>
  )
}
