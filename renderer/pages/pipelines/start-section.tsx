import { Alert, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useMemo } from 'react'
import type { PipelineDetail } from '#core/contract/folders.ts'
import type { PipelineView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import type { TargetChoice } from '#renderer/data/use-target.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { declarationsOf, startTexts } from './form-model.ts'
import { StartForm } from './start-form.tsx'

type StartProps = {
  readonly pipeline: PipelineDetail
  readonly view: PipelineView
  /** The run whose parameters the form begins with. */
  readonly from: string | undefined
  readonly choice: TargetChoice
}

/** The form that starts a run, and where its values come from. */
export function StartSection({ pipeline, view, from, choice }: StartProps) {
  const client = useClient()
  const { data, error, refetch } = useQuery({ ...queries.graph(client, from ?? ''), enabled: from !== undefined })
  const declarations = useMemo(() => declarationsOf(view.parameters), [view.parameters])
  const parameters = from === undefined ? undefined : data?.parameters
  const start = useMemo(() => startTexts(declarations, parameters), [declarations, parameters])
  if (from !== undefined && data === undefined && error === null) return <Waiting what="the run" />
  return (
    <>
      {error !== null && (
        <ProblemAlert
          title="The parameters of that run could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {from !== undefined && data !== undefined && <AsInRun pipeline={pipeline.id} run={data.id} gone={start.gone} />}
      <StartForm
        key={parameters === undefined ? '' : from}
        file={view.file}
        declarations={declarations}
        start={start.texts}
        isFromRun={parameters !== undefined}
        choice={choice}
      />
    </>
  )
}

type AsInRunProps = { readonly pipeline: string; readonly run: string; readonly gone: readonly string[] }

function AsInRun({ pipeline, run, gone }: AsInRunProps) {
  useHeadingAfterwards()
  return (
    <Alert color="blue" mb="sm" icon={<History size={18} aria-hidden />} title="As in an earlier run">
      <Text size="sm">
        The values are those of run{' '}
        <TextLink to="/runs/$run" params={{ run }} ff="monospace" size="sm" underline="always" c="inherit">
          {run.slice(0, 10)}
        </TextLink>
        : change what you like.
        {gone.length > 0 && ` The pipeline has ${gone.join(', ')} no more.`}
      </Text>
      <Group mt="xs">
        <ButtonLink to="/pipelines/$pipeline" params={{ pipeline }} search={{}} size="xs" variant="default">
          Begin with the defaults instead
        </ButtonLink>
      </Group>
    </Alert>
  )
}
