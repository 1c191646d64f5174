import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core'
import { CircleX, FileX, RefreshCw, TriangleAlert } from 'lucide-react'
import type { PipelineDetail } from '#core/contract/folders.ts'
import type { PipelineView } from '#core/contract/run.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import classes from './pipelines.module.css'

type CheckProps = { readonly isChecking: boolean; readonly onCheck: () => void }

/** Everything that is wrong with a document, with the line and the path inside it. */
export function Faults({ issues, ...check }: { readonly issues: PipelineDetail['issues'] } & CheckProps) {
  return (
    <Alert color="red" icon={<CircleX size={18} aria-hidden />} title="This document cannot be run">
      <Stack gap="sm">
        <Places
          label="Faults"
          rows={issues.map(({ message, path, place }) => ({ message, path, line: place?.line }))}
        />
        <CheckAgain {...check} />
      </Stack>
    </Alert>
  )
}

/** What a document that was there is not any more. */
export function FileMissing(check: CheckProps) {
  return (
    <Alert color="orange" icon={<FileX size={18} aria-hidden />} title="The file is not there">
      <Stack gap="sm">
        <Text size="sm">
          It was moved, renamed or deleted; its runs are still known. Put it back, or add the folder that it is in now.
        </Text>
        <CheckAgain {...check} />
      </Stack>
    </Alert>
  )
}

function CheckAgain({ isChecking, onCheck }: CheckProps) {
  useHeadingAfterwards()
  return (
    <Group>
      <Button
        size="xs"
        variant="default"
        loading={isChecking}
        leftSection={<RefreshCw size={14} aria-hidden />}
        onClick={onCheck}
      >
        Check again
      </Button>
    </Group>
  )
}

/** What is odd about a document that can be run. */
export function Warnings({ warnings }: { readonly warnings: PipelineView['warnings'] }) {
  return (
    <Alert color="orange" icon={<TriangleAlert size={18} aria-hidden />} title="Warnings">
      <Places label="Warnings" rows={warnings} />
    </Alert>
  )
}

type Row = {
  readonly message: string
  readonly path?: string | undefined
  readonly line?: number | undefined
}

function Places({ label, rows }: { readonly label: string; readonly rows: readonly Row[] }) {
  return (
    <Table aria-label={label} verticalSpacing={4} withRowBorders={false}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th ta="right" w={64}>
            Line
          </Table.Th>
          <Table.Th>What</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ message, path, line }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two faults may be alike in everything
          <Table.Tr key={index}>
            <Table.Td ta="right">{line ?? '–'}</Table.Td>
            <Table.Td>
              {message}
              {path !== undefined && (
                <Text size="xs" ff="monospace" className={classes.path}>
                  {path}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
