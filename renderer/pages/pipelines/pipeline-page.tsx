import { Code, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { CalendarClock } from 'lucide-react'
import { useState } from 'react'
import type { PipelineDetail } from '#core/contract/folders.ts'
import type { PipelineView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { useTargetChoice } from '#renderer/data/use-target.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { BuildEnvironments } from './build-environments.tsx'
import { Faults, FileMissing, Warnings } from './faults.tsx'
import classes from './pipelines.module.css'
import { RecentRuns } from './recent-runs.tsx'
import { StartSection } from './start-section.tsx'
import { Steps } from './steps.tsx'
import { Validity } from './validity.tsx'

/** The core looks at the document when it is asked: so it is asked now and then, and when one comes back to the window. */
const LOOK = { refetchInterval: 5_000, refetchOnWindowFocus: 'always' } as const

/** One pipeline: what its document says now, a form to start it, and its latest runs. */
export function PipelinePage() {
  const client = useClient()
  const { pipeline } = useParams({ from: '/pipelines/$pipeline' })
  const { from } = useSearch({ from: '/pipelines/$pipeline' })
  const query = useQuery({ ...queries.pipeline(client, pipeline), ...LOOK })
  const { data, error, refetch } = query
  return (
    <Page key={pipeline} title={data?.name ?? 'Pipeline'} actions={data !== undefined && <Actions pipeline={data} />}>
      {error !== null && (
        <ProblemAlert
          title="The pipeline could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="the pipeline" />}
      {data !== undefined && (
        <>
          <Head pipeline={data} />
          {data.state === 'invalid' && (
            <Faults issues={data.issues} isChecking={query.isFetching} onCheck={() => void refetch()} />
          )}
          {data.state === 'missing' && <FileMissing isChecking={query.isFetching} onCheck={() => void refetch()} />}
          <WhileValid pipeline={data} from={from} />
          <RecentRuns file={data.id} />
        </>
      )}
    </Page>
  )
}

function Actions({ pipeline: { file, state } }: { readonly pipeline: PipelineDetail }) {
  if (state !== 'valid') return null
  return (
    <ButtonLink
      to="/schedules"
      search={{ file }}
      variant="default"
      leftSection={<CalendarClock size={16} aria-hidden />}
    >
      Schedule…
    </ButtonLink>
  )
}

function Head({ pipeline }: { readonly pipeline: PipelineDetail }) {
  const { description, file, digest } = pipeline
  return (
    <Stack gap="xs">
      {description !== null && <Text>{description}</Text>}
      <Group gap="md">
        <Validity {...pipeline} />
        <Group gap={4} wrap="nowrap">
          <Text size="sm" ff="monospace" className={classes.path}>
            {file}
          </Text>
          <Copy text={file} what="the path" />
        </Group>
        {digest !== null && (
          <Group gap={4} wrap="nowrap">
            <Text size="sm">
              Digest <Code>{digest.slice(0, 12)}</Code>
            </Text>
            <Copy text={digest} what="the digest" />
          </Group>
        )}
      </Group>
    </Stack>
  )
}

type WhileValidProps = { readonly pipeline: PipelineDetail; readonly from: string | undefined }

/** Out of sight while the document has faults, or is written just now: what was typed is still there afterwards. */
function WhileValid({ pipeline, from }: WhileValidProps) {
  const [view, setView] = useState(pipeline.view)
  if (pipeline.view !== null && pipeline.view !== view) setView(pipeline.view)
  if (view === null) return null
  return (
    <Stack gap="md" display={pipeline.view === null ? 'none' : 'flex'}>
      <Valid pipeline={pipeline} view={view} from={from} />
    </Stack>
  )
}

type ValidProps = {
  readonly pipeline: PipelineDetail
  readonly view: PipelineView
  readonly from: string | undefined
}

function Valid({ pipeline, view, from }: ValidProps) {
  const client = useClient()
  const { data: run } = useQuery({ ...queries.graph(client, from ?? ''), enabled: from !== undefined })
  const choice = useTargetChoice(run?.target)
  return (
    <>
      {view.warnings.length > 0 && <Warnings warnings={view.warnings} />}
      <div className={classes.split}>
        <section aria-labelledby="start">
          <Title order={2} size="h4" id="start" mb="xs">
            Start a run
          </Title>
          <StartSection pipeline={pipeline} view={view} from={from} choice={choice} />
        </section>
        <Stack gap="lg">
          <section aria-labelledby="steps">
            <Title order={2} size="h4" id="steps" mb="xs">
              Steps
            </Title>
            <Steps steps={view.steps} />
          </section>
          <section aria-labelledby="environments">
            <Title order={2} size="h4" id="environments" mb="xs">
              Environments
            </Title>
            <BuildEnvironments file={view.file} target={choice.target} />
          </section>
        </Stack>
      </div>
    </>
  )
}
