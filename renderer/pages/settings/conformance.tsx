import { Group, List } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Grid3x3 } from 'lucide-react'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Section } from './section.tsx'

/** How the targets compared with the suite when they last were, and the way to the matrix. */
export function Conformance() {
  const client = useClient()
  const { data } = useQuery(queries.conformance(client))
  return (
    <Section
      title="Conformance"
      about="The same pipeline is to give the same on every target. A suite of cases shows whether it does here."
    >
      {data !== undefined && data.reports.length > 0 && (
        <List size="sm" aria-label="Latest reports">
          {data.reports.map(({ target, passed, failed, skipped, finishedAt }) => (
            <List.Item key={target}>
              {target}: {passed} passed, {failed} failed, {skipped} skipped, <Time iso={finishedAt} />
            </List.Item>
          ))}
        </List>
      )}
      <Group>
        <ButtonLink to="/settings/conformance" variant="default" leftSection={<Grid3x3 size={16} aria-hidden />}>
          Show the matrix
        </ButtonLink>
      </Group>
    </Section>
  )
}
