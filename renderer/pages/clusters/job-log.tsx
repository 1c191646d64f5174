import { Button, Group, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ArrowDownToLine } from 'lucide-react'
import { useState } from 'react'
import type { ClusterLogLine } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { VirtualLines } from '#renderer/ui/virtual/virtual-lines.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import classes from './clusters.module.css'

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** The log of a job, live while it goes on; it is kept when that failed, and when the core was started anew. */
export function JobLog({ job }: { readonly job: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(clusterQueries.log(client, job))
  const [isFollowing, setFollowing] = useState(true)
  const lines = data?.lines ?? []
  return (
    <section aria-labelledby="log">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="log">
          Log
        </Title>
        <Group gap="xs">
          {!isFollowing && (
            <Button
              size="xs"
              variant="default"
              leftSection={<ArrowDownToLine size={14} aria-hidden />}
              onClick={() => setFollowing(true)}
            >
              Follow the end
            </Button>
          )}
          {lines.length > 0 && <Copy text={lines.map(({ text }) => text).join('\n')} what="the log" isWide />}
        </Group>
      </Group>
      {error !== null && (
        <ProblemAlert title="The log is not shown" message={error.message} onRetry={() => void refetch()} />
      )}
      {data === undefined && error === null && <Waiting what="the log" />}
      {data !== undefined && lines.length === 0 && <Text size="sm">Nothing was written yet.</Text>}
      {lines.length > 0 && (
        <div className={classes.log}>
          <VirtualLines
            label="Lines of the log"
            count={lines.length}
            isAtEnd={isFollowing}
            onScrollUp={() => setFollowing(false)}
            renderLine={(index) => <Line line={lines[index]} />}
          />
        </div>
      )}
    </section>
  )
}

function Line({ line }: { readonly line: ClusterLogLine | undefined }) {
  if (line === undefined) return null
  return (
    <div className={classes.line}>
      <span className={classes.time}>{CLOCK.format(line.at)}</span>
      {line.text}
    </div>
  )
}
