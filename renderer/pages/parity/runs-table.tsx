import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ParityCertificate, ParityRun } from '#core/contract/parity.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf, Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { shortDigest, targetOf } from './words.ts'

const ROWS: readonly (readonly [name: string, cell: (run: ParityRun) => ReactNode])[] = [
  ['Target', targetOf],
  ['Status', ({ status }) => <Status status={status} />],
  ['Created', ({ createdAt }) => <Time iso={createdAt} />],
  ['Took', ({ startedAt, finishedAt }) => <Duration from={epochOf(startedAt)} to={epochOf(finishedAt)} />],
  ['Pipeline digest', ({ pipelineDigest }) => <code title={pipelineDigest}>{shortDigest(pipelineDigest)}</code>],
  ['Code', ({ code }) => <code title={code}>{shortDigest(code)}</code>],
]

/** Both runs side by side. */
export function RunsTable({ certificate: { a, b } }: { readonly certificate: ParityCertificate }) {
  return (
    <WideTable label="The two runs" minWidth={520} head={<Heads a={a} b={b} title="About" />}>
      {ROWS.map(([name, cell]) => (
        <Table.Tr key={name}>
          <Table.Th scope="row" fw={400}>
            {name}
          </Table.Th>
          <Table.Td>{cell(a)}</Table.Td>
          <Table.Td>{cell(b)}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

type HeadsProps = { readonly a: ParityRun; readonly b: ParityRun; readonly title: string }

function Heads({ a, b, title }: HeadsProps) {
  return (
    <>
      <Table.Th scope="col" w="24%">
        {title}
      </Table.Th>
      {([a, b] as const).map(({ run }, index) => (
        <Table.Th scope="col" w="38%" key={run}>
          {index === 0 ? 'A' : 'B'}{' '}
          <TextLink inherit to="/runs/$run" params={{ run }} title={run}>
            …{run.slice(-8)}
          </TextLink>
        </Table.Th>
      ))}
    </>
  )
}
