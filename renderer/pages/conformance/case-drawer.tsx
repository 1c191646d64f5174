import { Code, Drawer, Stack, Text } from '@mantine/core'
import type { ConformanceResult } from '#core/contract/conformance.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { durationText, Time } from '#renderer/ui/time.tsx'

type Opened = { readonly result: ConformanceResult; readonly target: string }
type DrawerProps = { readonly opened: Opened | undefined; readonly onClose: () => void }

/** What became of one case on one target. */
export function CaseDrawer({ opened, onClose }: DrawerProps) {
  return (
    <Drawer
      opened={opened !== undefined}
      onClose={onClose}
      position="right"
      size="min(560px, 100vw)"
      transitionProps={{ duration: 0 }}
      title={opened === undefined ? '' : `${opened.result.name} on ${opened.target}`}
    >
      {opened !== undefined && <Result result={opened.result} />}
    </Drawer>
  )
}

function Result({ result }: { readonly result: ConformanceResult }) {
  const { description, status, reason, seconds, keys, finishedAt, group } = result
  return (
    <Stack gap="md">
      <Text size="sm">{description}.</Text>
      {reason !== null && (
        <Stack gap={4}>
          <Text size="sm" fw={600}>
            {status === 'skipped' ? 'Why it was skipped' : 'The first difference'}
          </Text>
          <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {reason}
          </Code>
        </Stack>
      )}
      <Facts label="The case">
        <Fact name="Status">
          <Status status={status} />
        </Fact>
        <Fact name="Group">{group}</Fact>
        <Fact name="Took">{durationText(seconds * 1_000)}</Fact>
        <Fact name="Ended">
          <Time iso={finishedAt} />
        </Fact>
        <Fact name="Step keys">
          {keys === null ? (
            'none'
          ) : (
            <>
              <Code>{keys.slice(0, 16)}</Code> <Copy text={keys} what="the digest of the step keys" />
            </>
          )}
        </Fact>
      </Facts>
    </Stack>
  )
}
