import { Stack, Table, Text } from '@mantine/core'
import type { ParityFinding } from '#core/contract/parity.ts'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { ResultHeads } from './result-heads.tsx'
import { ASPECT_TITLES, LEVELS, placeOf, shortDigest } from './words.ts'

type FindingsProps = { readonly findings: readonly ParityFinding[] }

/** What differs of the runs as a whole; nothing where nothing does. */
export function RunFindings({ findings }: FindingsProps) {
  const ofRun = findings.filter(({ step }) => step === null)
  if (ofRun.length === 0) return null
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm">What is not the same of the runs as a whole:</Text>
      <FindingsTable label="Differences of the runs" findings={ofRun} />
    </Stack>
  )
}

type TableProps = FindingsProps & { readonly label: string }

/** Each difference in words, with what both runs have. */
export function FindingsTable({ label, findings }: TableProps) {
  return (
    <WideTable label={label} minWidth={640} head={<ResultHeads first="What" side="24%" />}>
      {findings.map((finding, index) => (
        // Two may read alike, and the list stays as it is.
        // oxlint-disable-next-line react/no-array-index-key
        <FindingRow key={index} finding={finding} />
      ))}
    </WideTable>
  )
}

function FindingRow({ finding }: { readonly finding: ParityFinding }) {
  const { aspect, level, words, a, b, difference } = finding
  const place = finding.item === null ? '' : `${placeOf(finding)}: `
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
        <Text size="xs">{ASPECT_TITLES[aspect]}</Text>
        {place}
        {words}
      </Table.Th>
      <Table.Td>
        <Status {...LEVELS[level]} />
      </Table.Td>
      <Side text={sideOf(difference, 'a') ?? a} />
      <Side text={sideOf(difference, 'b') ?? b} />
    </Table.Tr>
  )
}

/** What one side has where the contents differ first; null where none were looked into, or the place says it all. */
function sideOf(difference: ParityFinding['difference'], side: 'a' | 'b'): string | null {
  if (difference === null || (difference.a === null && difference.b === null)) return null
  return difference[side] ?? 'ends here'
}

function Side({ text }: { readonly text: string | null }) {
  return (
    <Table.Td style={{ overflowWrap: 'anywhere' }} title={text ?? undefined}>
      {text === null ? '–' : <code>{shortDigest(text)}</code>}
    </Table.Td>
  )
}
