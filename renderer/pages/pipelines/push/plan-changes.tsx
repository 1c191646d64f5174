import { Text } from '@mantine/core'
import type { Plan } from '#core/contract/plan.ts'
import { LongText, RowsTable } from '#renderer/ui/rows-table.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Time } from '#renderer/ui/time.tsx'

type ChangesProps = { readonly since: Plan['since']; readonly target: string }

/** How it differs from what was pushed there last. */
export function PlanChanges({ since, target }: ChangesProps) {
  return (
    <Section title="Since the last push">
      {since === null ? (
        <Text size="sm">This pipeline was never pushed to {target}.</Text>
      ) : (
        <>
          <Text size="sm" mb="xs">
            {since.version.pushedBy} pushed {since.version.template} <Time iso={since.version.pushedAt} />
            {changesText(since.changes)}.
          </Text>
          {since.changes !== null && since.changes.length > 0 && (
            <RowsTable
              label="Changes since the last push"
              heads={['What', 'Part', 'Change', 'Before', 'Now']}
              rows={since.changes.map(({ part, name, change, before, after }) => ({
                key: `${part} ${name}`,
                cells: [
                  <LongText key="name">{name}</LongText>,
                  part,
                  change,
                  <LongText key="before">{before ?? 'nothing'}</LongText>,
                  <LongText key="after">{after ?? 'nothing'}</LongText>,
                ],
              }))}
            />
          )}
        </>
      )}
    </Section>
  )
}

function changesText(changes: NonNullable<Plan['since']>['changes']): string {
  if (changes === null) return '; its record is not in the bucket any more, so what has changed is not known'
  return changes.length === 0 ? ', and nothing has changed since' : ''
}
