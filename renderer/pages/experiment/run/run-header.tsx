import { Alert, Group, Text } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf, Time } from '#renderer/ui/time.tsx'

/** Looks of the statuses of MLflow. */
const LOOKS: Readonly<Record<TrackedRunView['status'], string>> = {
  RUNNING: 'running',
  SCHEDULED: 'pending',
  FINISHED: 'succeeded',
  FAILED: 'failed',
  KILLED: 'cancelled',
}

/** What a run is, whose it is, and what it belongs to. */
export function RunHeader({ run }: { readonly run: TrackedRunView }) {
  return (
    <>
      {run.stage === 'deleted' && (
        <Alert color="orange" icon={<Trash2 size={18} aria-hidden />} title="This run is in the trash" role="status">
          It can be restored until it is purged. Programs cannot log to it meanwhile.
        </Alert>
      )}
      <Group gap="md" component="section" aria-label="About the run">
        <Status status={LOOKS[run.status]} label={run.status.toLowerCase()} />
        <Part name="Experiment">
          <TextLink inherit underline="always" to="/experiments/$experiment" params={{ experiment: run.experiment }}>
            {run.experimentName}
          </TextLink>
        </Part>
        <Part name="User">{run.user === '' ? 'not known' : run.user}</Part>
        <Part name="Started">
          <Time iso={run.startedAt} />
        </Part>
        <Part name="Took">
          <Duration from={epochOf(run.startedAt)} to={epochOf(run.finishedAt)} />
        </Part>
        <Group gap={4} wrap="nowrap">
          <Part name="Id">
            <code title={run.id}>{run.id.slice(0, 8)}</code>
          </Part>
          <Copy text={run.id} what="the id of the run" />
        </Group>
        <Belongings run={run} />
      </Group>
    </>
  )
}

/** The run that it is nested in, and the run of a pipeline that it is of. */
function Belongings({ run }: { readonly run: TrackedRunView }) {
  const { experiment, parent, parentName, pipelineRun, step } = run
  return (
    <>
      {parent !== null && (
        <Part name="Nested in">
          <TextLink
            inherit
            underline="always"
            to="/experiments/$experiment/runs/$run"
            params={{ experiment, run: parent }}
          >
            {parentName ?? parent.slice(0, 8)}
          </TextLink>
        </Part>
      )}
      {pipelineRun !== null && (
        <Part name={step === null ? 'Run of a pipeline' : 'Step of a pipeline'}>
          <TextLink
            inherit
            underline="always"
            to="/runs/$run"
            params={{ run: pipelineRun }}
            search={step === null ? {} : { step }}
          >
            {step ?? `…${pipelineRun.slice(-8)}`}
          </TextLink>
        </Part>
      )}
    </>
  )
}

function Part({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Text span size="sm">
      {name} {children}
    </Text>
  )
}
