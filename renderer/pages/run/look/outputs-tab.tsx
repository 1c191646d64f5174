import { Code, Group, Stack, Table, Text } from '@mantine/core'
import { PackageOpen } from 'lucide-react'
import type { Json } from '#core/base/json.ts'
import { isFinalStep } from '#core/contract/events.ts'
import type { ArtifactView } from '#core/contract/run.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { SaveLink } from '#renderer/ui/look/save-link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { useStepDetail } from '../drawer/use-step-detail.ts'
import { BringHere } from '../bring-here.tsx'
import { useRun } from '../run-context.ts'
import { useRunSearch } from '../run-search.ts'
import { artifactOf, contentAddress, type ArtifactAddress } from './artifact.ts'
import { OutputView } from './output-view.tsx'

type StepProps = { readonly step: string; readonly item: number | null }

/** What a step run left: all of it, or the one output that the address names. */
export function OutputsTab({ step, item }: StepProps) {
  const { graph } = useRun()
  const { output } = useRunSearch()
  const { data, error, refetch } = useStepDetail(step, item)
  if (data === undefined) {
    if (error === null) return <Waiting what="the outputs" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The outputs cannot be read" message={message} onRetry={() => void refetch()} />
  }
  const entries = Object.entries(data.view.outputs)
  if (entries.length === 0) {
    return (
      <EmptyState icon={PackageOpen} title="No outputs">
        {isFinalStep(data.view.status)
          ? `The step ${data.view.status === 'succeeded' ? 'declares none' : `is ${data.view.status}, so it left none`}.`
          : 'They are there when the step has succeeded.'}
      </EmptyState>
    )
  }
  const place = { run: graph.id, step, item }
  const chosen = output === undefined ? undefined : artifactOf(data.view.outputs[output], { ...place, output })
  if (output !== undefined && chosen !== undefined) return <OutputView place={{ ...place, output }} artifact={chosen} />
  const hasFiles = entries.some(([name, value]) => artifactOf(value, { ...place, output: name }) !== undefined)
  return (
    <>
      <WideTable label="Outputs" head={<Head />} minWidth={520}>
        {entries.map(([name, value]) => (
          <OutputRow key={name} place={{ ...place, output: name }} value={value} />
        ))}
      </WideTable>
      {hasFiles && isOnCluster(graph) && <BringHere step={step} />}
    </>
  )
}

function Head() {
  return (
    <>
      <Table.Th>Output</Table.Th>
      <Table.Th>Value or content</Table.Th>
      <Table.Th ta="right">Size</Table.Th>
      <Table.Th>sha256</Table.Th>
    </>
  )
}

type RowProps = { readonly place: Omit<ArtifactAddress, 'path'>; readonly value: Json }

function OutputRow({ place, value }: RowProps) {
  const artifact = artifactOf(value, place)
  return (
    <Table.Tr>
      <Table.Th scope="row">{place.output}</Table.Th>
      {artifact === undefined ? (
        <ValueCells name={place.output} value={value} />
      ) : (
        <FileCells place={place} artifact={artifact} />
      )}
    </Table.Tr>
  )
}

function ValueCells({ name, value }: { readonly name: string; readonly value: Json }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return (
    <>
      <Table.Td colSpan={3}>
        <Group gap={4} wrap="nowrap" align="flex-start">
          <Code
            block
            mah={240}
            style={{ overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
            tabIndex={0}
          >
            {text}
          </Code>
          <Copy text={text} what={`the value of ${name}`} />
        </Group>
      </Table.Td>
    </>
  )
}

type FileProps = { readonly place: Omit<ArtifactAddress, 'path'>; readonly artifact: ArtifactView }

function FileCells({ place, artifact: { type, size, sha256 } }: FileProps) {
  return (
    <>
      <Table.Td>
        <Stack gap={4} align="flex-start">
          <TextLink
            inherit
            from="/runs/$run"
            search={(old) => ({ ...old, output: place.output, path: undefined })}
            resetScroll={false}
            aria-label={`Look into the ${type} ${place.output}`}
          >
            Look into the {type}
          </TextLink>
          {type === 'file' && <SaveLink href={contentAddress({ ...place, path: '' })} name={place.output} />}
        </Stack>
      </Table.Td>
      <Table.Td ta="right">{bytesText(size)}</Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Text span size="sm" ff="monospace">
            {sha256.slice(0, 12)}…
          </Text>
          <Copy text={sha256} what={`the sha256 of ${place.output}`} />
        </Group>
      </Table.Td>
    </>
  )
}
