import { Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { PlanCheck } from '#core/contract/plan.ts'
import { NamedText } from '#renderer/ui/named-text.tsx'
import { RowsTable } from '#renderer/ui/rows-table.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Status } from '#renderer/ui/status.tsx'

const ORDER: Readonly<Record<PlanCheck['status'], number>> = { failed: 0, warning: 1, skipped: 2, passed: 3 }

/** What was looked at: first what is wrong, with what to do; what is good on demand. */
export function PlanChecks({ checks }: { readonly checks: readonly PlanCheck[] }) {
  const [isWhole, setWhole] = useState(false)
  const passed = checks.filter(({ status }) => status === 'passed').length
  const ordered = checks.toSorted((one, other) => ORDER[one.status] - ORDER[other.status])
  const shown = isWhole ? ordered : ordered.filter(({ status }) => status !== 'passed')
  const toggle = (
    <Button size="xs" variant="default" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
      {isWhole ? 'Only what is wrong' : `All ${checks.length} checks`}
    </Button>
  )
  return (
    <Section title="Checks" actions={passed > 0 && toggle}>
      <Stack gap="xs">
        <Text size="sm">
          {passed} of {checks.length} passed.
        </Text>
        {shown.length > 0 && (
          <RowsTable
            label="Checks of the push"
            minWidth={640}
            heads={['Check', 'Step', 'Result', 'What was found, and what to do']}
            rows={shown.map((check) => ({
              key: `${check.id} ${check.step ?? ''}`,
              cells: [
                check.title,
                check.step ?? 'all',
                <Status key="status" status={check.status} />,
                <Found key="found" {...check} />,
              ],
            }))}
          />
        )}
      </Stack>
    </Section>
  )
}

function Found({ found, fix }: Pick<PlanCheck, 'found' | 'fix'>) {
  return (
    <Stack gap={4} style={{ overflowWrap: 'anywhere' }}>
      <Text size="sm">{found}</Text>
      <NamedText name="Fix" text={fix} />
    </Stack>
  )
}
