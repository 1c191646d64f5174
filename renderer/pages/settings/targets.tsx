import { Group, List } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Server } from 'lucide-react'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Section } from './section.tsx'

/** The clusters that runs can play on, and the way to them. */
export function Targets() {
  const client = useClient()
  const { data } = useQuery(queries.clusterTargets(client))
  return (
    <Section
      title="Targets"
      about="Where runs can play: processes of this machine, containers of its engine, and clusters that are added here."
    >
      {data !== undefined && data.targets.length > 0 && (
        <List size="sm" aria-label="Clusters">
          {data.targets.map(({ name, profile }) => (
            <List.Item key={name}>
              <TextLink to="/settings/targets/$target" params={{ target: name }} inherit>
                {name}
              </TextLink>
              : namespace {profile.namespace} of {profile.context}
            </List.Item>
          ))}
        </List>
      )}
      <Group>
        <ButtonLink to="/settings/targets" variant="default" leftSection={<Server size={16} aria-hidden />}>
          Show the targets
        </ButtonLink>
      </Group>
    </Section>
  )
}
