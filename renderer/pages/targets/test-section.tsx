import { Alert, Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { ShieldCheck, Square, TriangleAlert } from 'lucide-react'
import type { ClusterTargetView } from '#core/contract/cluster-targets.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { CheckTable } from './check-table.tsx'
import { beginTest, countText, useTargetTest, type TargetTest } from './tests.ts'

/** Tests a target and shows what the test found, until it is tested again. */
export function TestSection({ target }: { readonly target: ClusterTargetView }) {
  const { name, digest } = target
  const client = useClient()
  const test = useTargetTest(name)
  const isBusy = test?.giveUp !== undefined
  const begin = () => void beginTest({ name, digest }, (options) => client.testTarget({ name }, options))
  return (
    <section aria-labelledby="test">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4" id="test">
            Test
          </Title>
          <Group gap="xs">
            {test?.giveUp !== undefined && (
              <Button variant="default" size="xs" leftSection={<Square size={14} aria-hidden />} onClick={test.giveUp}>
                Give up
              </Button>
            )}
            <Button size="xs" leftSection={<ShieldCheck size={16} aria-hidden />} loading={isBusy} onClick={begin}>
              {test === undefined ? 'Test' : 'Test again'}
            </Button>
          </Group>
        </Group>
        <div role="status">
          <Summary test={test} digest={digest} />
        </div>
        {isBusy && (
          <Text size="sm">
            {test.line ?? `${countText(test.checks)}; a check that waits for a pod takes some seconds.`}
          </Text>
        )}
        {test?.problem !== undefined && (
          <ProblemAlert title="It was not tested" message={test.problem.message} details={test.problem.details} />
        )}
        {test !== undefined && test.checks.length > 0 && <CheckTable checks={test.checks} target={name} />}
      </Stack>
    </section>
  )
}

type SummaryProps = { readonly test: TargetTest | undefined; readonly digest: string }

function Summary({ test, digest }: SummaryProps) {
  if (test === undefined) {
    return (
      <Text size="sm" maw={760} data-testid="empty">
        Not tested in this tab yet. A test looks at all that a run needs: cluster, rights, Argo, bucket, registry,
        nodes. It starts one pod, leaves nothing behind and takes about half a minute.
      </Text>
    )
  }
  if (test.giveUp !== undefined) {
    return (
      <Group gap="xs">
        <Loader size="xs" aria-hidden />
        <Text size="sm">Testing …</Text>
      </Group>
    )
  }
  if (test.wasGivenUp) return <Text size="sm">Given up; the core removes what the test has made.</Text>
  if (test.finishedAt === null) return null
  return (
    <Stack gap="xs">
      <Outcome checks={test.checks} finishedAt={test.finishedAt} />
      {test.digest !== digest && (
        <Alert color="orange" icon={<TriangleAlert size={18} aria-hidden />} title="The target was changed since">
          Test again to see whether it fits now.
        </Alert>
      )}
    </Stack>
  )
}

function Outcome({ checks, finishedAt }: { readonly checks: TargetTest['checks']; readonly finishedAt: number }) {
  const isReady = checks.every(({ status }) => status !== 'failed')
  return (
    <Text size="sm" component="div">
      <Status status={isReady ? 'passed' : 'failed'} label={isReady ? 'ready for runs' : 'not ready for runs'} />{' '}
      {countText(checks)}, <Time iso={new Date(finishedAt).toISOString()} />
    </Text>
  )
}
