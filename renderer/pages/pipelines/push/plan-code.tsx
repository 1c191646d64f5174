import { Code, Stack, Text } from '@mantine/core'
import type { PortabilityFinding } from '#core/contract/plan.ts'
import { NamedText } from '#renderer/ui/named-text.tsx'
import { LongText, RowsTable } from '#renderer/ui/rows-table.tsx'
import { Section } from '#renderer/ui/section.tsx'

/** What the code has of this machine that the cluster will not have. */
export function PlanCode({ findings }: { readonly findings: readonly PortabilityFinding[] }) {
  return (
    <Section title="Tied to this machine">
      <RowsTable
        minWidth={640}
        label="Code that is tied to this machine"
        heads={['Where', 'What', 'What it means, and what to do']}
        rows={findings.map(({ file, line, text, found, fix }, index) => ({
          key: `${file}:${line}:${index}`,
          cells: [
            <LongText key="where">{`${file}:${line}`}</LongText>,
            <Code key="text" style={{ overflowWrap: 'anywhere' }}>
              {text}
            </Code>,
            <Stack key="found" gap={4} style={{ overflowWrap: 'anywhere' }}>
              <Text size="sm">{found}</Text>
              <NamedText name="Fix" text={fix} />
            </Stack>,
          ],
        }))}
      />
    </Section>
  )
}
