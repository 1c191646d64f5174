import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import type { ParityCertificate } from '#core/contract/parity.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { AspectTable } from './aspect-table.tsx'
import { RunFindings } from './findings.tsx'
import { RunsTable } from './runs-table.tsx'
import { SaveCertificate } from './save-certificate.tsx'
import { StepTable } from './step-table.tsx'
import { Verdict } from './verdict.tsx'

/** Whether two runs are the same, side by side, with the certificate of it. */
export function ParityPage() {
  const { run, other } = useParams({ from: '/runs/$run/verify/$other' })
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.parity(client, run, other))
  const title = data === undefined ? 'Two runs' : `Two runs of ${data.a.pipeline}`
  return (
    <Page title={title} actions={data !== undefined && <SaveCertificate certificate={data} />}>
      <Text size="sm">
        <TextLink to="/runs/$run" params={{ run }}>
          Back to the run
        </TextLink>
      </Text>
      {data !== undefined ? (
        <Comparison certificate={data} />
      ) : error === null ? (
        <Waiting what="both runs" />
      ) : (
        <NotCompared error={error} onRetry={() => void refetch()} />
      )}
    </Page>
  )
}

function Comparison({ certificate }: { readonly certificate: ParityCertificate }) {
  const { report } = certificate
  return (
    <>
      <Verdict certificate={certificate} />
      <Section title="The runs">
        <RunsTable certificate={certificate} />
      </Section>
      <Section title="What was compared">
        <AspectTable aspects={report.aspects} />
        <RunFindings findings={report.findings} />
      </Section>
      <Section title="Steps">
        <StepTable report={report} />
      </Section>
    </>
  )
}

type NotComparedProps = { readonly error: Error; readonly onRetry: () => void }

function NotCompared({ error, onRetry }: NotComparedProps) {
  const { code, message } = problemOf(error)
  if (code !== 'not_found' && code !== 'invalid_request') {
    return <ProblemAlert title="They cannot be compared" message={message} onRetry={onRetry} />
  }
  return (
    <EmptyState
      icon={SearchX}
      title="One of the runs is not known"
      action={
        <ButtonLink to="/runs" variant="default">
          All runs
        </ButtonLink>
      }
    >
      {message}
    </EmptyState>
  )
}
