import { Group, Text, VisuallyHidden } from '@mantine/core'
import { useState } from 'react'
import { STEP_STATUSES } from '#core/contract/events.ts'
import { endingOf } from '#core/contract/run-ending.ts'
import type { RunProgress } from '#core/contract/run-progress.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { lookOf, Status } from '#renderer/ui/status.tsx'
import { Duration, Time } from '#renderer/ui/time.tsx'
import { MovedLink } from './moved-link.tsx'
import { useRun } from './run-context.ts'
import { countSteps, runSentence } from './step-words.ts'
import { TrackedLink, useTracked } from './tracked-link.tsx'
import { useFinalGraph } from './use-final-graph.ts'
import { useSlowProgress } from './use-slow-progress.ts'

const EVERY_MS = 250
/** Spoken no more often: each saying interrupts who listens. */
const SPOKEN_MS = 5_000

/** What a run is and how far it is, in two lines. */
export function RunHeader() {
  const { graph, live } = useRun()
  const progress = useSlowProgress(live, EVERY_MS)
  return (
    <Group gap="md" component="section" aria-label="State of the run">
      <Status status={progress.status} label={endingOf(progress) ?? progress.status} />
      <Text span size="sm">
        Pipeline{' '}
        <TextLink to="/pipelines/$pipeline" params={{ pipeline: graph.pipelineId }} inherit underline="always">
          {graph.pipeline}
        </TextLink>
      </Text>
      <Group gap={4} wrap="nowrap">
        <Text span size="sm" title={graph.id}>
          Run <code>{shortId(graph.id)}</code>
        </Text>
        <Copy text={graph.id} what="the id of the run" />
      </Group>
      <Text span size="sm">
        Target{' '}
        {isOnCluster(graph) ? (
          <TextLink to="/settings/targets/$target" params={{ target: graph.target }} inherit underline="always">
            {graph.target}
          </TextLink>
        ) : (
          graph.target
        )}
      </Text>
      <Text span size="sm">
        Started <Time iso={isoOf(progress.startedAt)} empty="not yet" />
      </Text>
      <Text span size="sm">
        Took{' '}
        <Text span inherit style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Duration from={progress.startedAt} to={progress.finishedAt} />
        </Text>
      </Text>
      <Moves />
      <Tracked />
      <StepCounts progress={progress} />
      <Building progress={progress} />
      <Spoken />
    </Group>
  )
}

function Tracked() {
  const tracked = useTracked(null)
  if (tracked === undefined || tracked === null) return null
  return (
    <Text span size="sm">
      Tracked in <TrackedLink tracked={tracked} />
    </Text>
  )
}

/** The end of an id tells runs apart that began in the same minute. */
function shortId(id: string): string {
  return `…${id.slice(-8)}`
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}

function StepCounts({ progress }: { readonly progress: RunProgress }) {
  const counts = countSteps(progress)
  return (
    <Group gap="sm" role="group" aria-label="Steps by state">
      {STEP_STATUSES.filter((status) => counts.has(status)).map((status) => {
        const { icon: Icon } = lookOf(status)
        return (
          <Group key={status} gap={4} wrap="nowrap">
            <Icon size={14} aria-hidden />
            <Text span size="sm">
              {counts.get(status)} {status}
            </Text>
          </Group>
        )
      })}
    </Group>
  )
}

/** Where a run goes on that was moved, and with which one it does. */
function Moves() {
  const { graph } = useRun()
  const { final } = useFinalGraph()
  const { movedFrom, movedTo } = final ?? graph
  return (
    <>
      {movedFrom !== undefined && (
        <Text span size="sm">
          Goes on with <MovedLink moved={movedFrom} text={shortId(movedFrom.run)} />
        </Text>
      )}
      {movedTo !== undefined && (
        <Text span size="sm">
          Goes on as <MovedLink moved={movedTo} text={shortId(movedTo.run)} />
        </Text>
      )}
    </>
  )
}

function Building({ progress }: { readonly progress: RunProgress }) {
  const names = [...progress.environments.keys()]
  if (names.length === 0) return null
  return <Text size="sm">Building the environment {names.join(', ')} …</Text>
}

/** How far the run is, for screen readers: politely, rarely, and its end at once. */
function Spoken() {
  const { live } = useRun()
  const sentence = runSentence(useSlowProgress(live, SPOKEN_MS))
  const [first] = useState(sentence)
  return <VisuallyHidden role="status">{sentence === first ? '' : sentence}</VisuallyHidden>
}
