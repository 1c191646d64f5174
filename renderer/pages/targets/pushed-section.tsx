import { Group, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { PushedVersion } from '#core/contract/pushed.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { LongText, RowsTable } from '#renderer/ui/rows-table.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'

type Props = { readonly target: string }

/** What was pushed to a cluster, by whom and when, and the way back. */
export function PushedSection({ target }: Props) {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.pushes(client, target))
  return (
    <Section title="Pushed pipelines">
      {error !== null && (
        <ProblemAlert
          title="What was pushed is not known"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="what was pushed" />}
      {data?.faults.map(({ pipeline, message }) => (
        <ProblemAlert key={pipeline} title={`What was pushed of ${pipeline} is not known`} message={message} />
      ))}
      {data?.pushed.length === 0 && data.faults.length === 0 && (
        <Text size="sm">
          Nothing was pushed here. Open a pipeline, choose {target} as the place where it runs, and plan a push.
        </Text>
      )}
      {data !== undefined && data.pushed.length > 0 && <Versions target={target} versions={data.pushed} />}
    </Section>
  )
}

type VersionsProps = Props & { readonly versions: readonly PushedVersion[] }

function Versions({ target, versions }: VersionsProps) {
  const before = (version: PushedVersion) =>
    versions
      .slice(versions.indexOf(version) + 1)
      .find(({ pipeline, isMissing }) => pipeline === version.pipeline && isMissing !== true)
  return (
    <RowsTable
      label={`Pipelines pushed to ${target}`}
      heads={['Version', 'Pipeline', 'State', 'Pushed', 'Schedules', 'What can be done']}
      minWidth={820}
      rows={versions.map((version, index) => {
        const { template, pipeline, isCurrent, isMissing, pushedBy, pushedAt, schedules } = version
        return {
          // A template that was pushed again stands here twice.
          key: `${template} ${index}`,
          cells: [
            <LongText key="version">
              {isMissing === true ? `${template}, which somebody has deleted` : template}
            </LongText>,
            pipeline,
            isCurrent ? <Status key="state" status="on" label="current" /> : otherState(versions, version),
            <Text key="pushed" size="sm">
              <Time iso={pushedAt} /> by {pushedBy}
            </Text>,
            schedules.length === 0 ? 'none' : schedules.join(', '),
            isCurrent && <Actions key="actions" target={target} version={version} before={before(version)} />,
          ],
        }
      })}
    />
  )
}

/** Of one that is not the current one: what was undone is newer than that. */
function otherState(versions: readonly PushedVersion[], version: PushedVersion): 'earlier' | 'undone' {
  const isUndone = versions
    .slice(versions.indexOf(version) + 1)
    .some(({ pipeline, isCurrent }) => isCurrent && pipeline === version.pipeline)
  return isUndone ? 'undone' : 'earlier'
}

type ActionsProps = Props & { readonly version: PushedVersion; readonly before: PushedVersion | undefined }

function Actions({ target, version: { pipeline, template, schedules }, before }: ActionsProps) {
  const client = useClient()
  const cache = useQueryClient()
  const after = async (work: Promise<unknown>) => {
    await work
    await cache.invalidateQueries({ queryKey: ['pushes', target] })
  }
  return (
    <Group gap="xs">
      {before !== undefined && (
        <Confirm
          label="Undo"
          name={`Undo the push of ${pipeline}`}
          title={`Go back to ${before.template}?`}
          confirmLabel="Undo the push"
          isDangerous={false}
          onConfirm={() => after(client.undoPush({ target, pipeline, from: template }))}
        >
          {template} stays there until the next push, and schedules go on with the version that they were made with.
        </Confirm>
      )}
      <Confirm
        label="Remove"
        name={`Remove ${pipeline} from ${target}`}
        title={`Remove ${pipeline} from ${target}?`}
        confirmLabel="Remove all of it"
        onConfirm={() => after(client.removePush({ target, pipeline, schedules: schedules.length > 0 }))}
      >
        All versions of it go, and what they need of the bucket and nothing else does.
        {schedules.length > 0 && ` So do its schedules: ${schedules.join(', ')}.`} Images stay in the registry.
      </Confirm>
    </Group>
  )
}
