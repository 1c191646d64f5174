import { Code, Group, List, Stack, Text } from '@mantine/core'
import type { StepDetail } from '#core/contract/run.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { durationText } from '#renderer/ui/time.tsx'
import { shellLine } from './shell-quote.ts'
import { WithRunLinks } from './with-run-links.tsx'

type DetailProps = { readonly detail: StepDetail }

/** The command with its arguments, variables, secrets and environment. */
export function CommandFacts({ detail }: DetailProps) {
  if (detail.command.length > 0) return <RunFacts detail={detail} />
  return <Fact name="Command">none: this machine registers a model by itself</Fact>
}

function RunFacts({ detail: { command, env, secrets, environment } }: DetailProps) {
  const line = shellLine(command)
  return (
    <>
      <Fact name="Command">
        <Stack gap={4} align="flex-start">
          <Group gap={4} wrap="nowrap" align="flex-start" maw="100%">
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {line}
            </Code>
            <Copy text={line} what="the command" />
          </Group>
          <details>
            <Text component="summary" size="sm" w="fit-content">
              As {command.length} arguments
            </Text>
            <List type="ordered" size="sm">
              {command.map((argument, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- an argument is its place
                <List.Item key={index}>
                  <Code>{argument === '' ? '(empty)' : argument}</Code>
                </List.Item>
              ))}
            </List>
          </details>
        </Stack>
      </Fact>
      {Object.entries(env).length > 0 && (
        <Fact name="Variables">
          {Object.entries(env).map(([name, value]) => (
            <div key={name}>
              <Code>
                {name}={value}
              </Code>
            </div>
          ))}
        </Fact>
      )}
      {secrets.length > 0 && (
        <Fact name="Secrets">
          {secrets.map((secret) => (
            <div key={secret}>
              <Code>{secret}</Code>
            </div>
          ))}
          <Text size="xs">References; no value is kept.</Text>
        </Fact>
      )}
      <Fact name="Environment">
        {environment === null ? (
          'none: what the machine has'
        ) : (
          <TextLink inherit to="/environments/$digest" params={{ digest: environment.digest }}>
            {environment.name}
          </TextLink>
        )}
      </Fact>
    </>
  )
}

/** What it asked for, what of that is not enforced, and what it used. */
export function LimitFacts({ detail, isFanOut }: DetailProps & { readonly isFanOut: boolean }) {
  const { command, resources, network, notEnforced, timeoutSeconds, retryLimit } = detail
  if (command.length === 0) return null
  const asked = [
    ...(resources.cpu === undefined ? [] : [`${resources.cpu} CPU`]),
    ...(resources.memoryBytes === undefined ? [] : [`${bytesText(resources.memoryBytes)} of memory`]),
    ...(resources.gpu === undefined ? [] : [`${resources.gpu} GPU`]),
    ...(resources.pids === undefined ? [] : [`${resources.pids} processes and threads`]),
    ...(resources.shmBytes === undefined ? [] : [`${bytesText(resources.shmBytes)} of shared memory`]),
    ...(network ? [] : ['no network']),
  ]
  return (
    <>
      <Fact name="Asked for">
        {asked.length === 0 ? 'nothing in particular' : asked.join(', ')}
        {notEnforced.length > 0 && <Text size="sm">Not enforced here: {notEnforced.join(', ')}.</Text>}
      </Fact>
      {!isFanOut && <Fact name="Used">{usedText(detail)}</Fact>}
      <Fact name="Timeout">{timeoutSeconds === null ? 'none' : durationText(timeoutSeconds * 1_000)}</Fact>
      <Fact name="Retries">{retryLimit === 0 ? 'none' : `up to ${retryLimit}`}</Fact>
    </>
  )
}

function usedText({ cpuSeconds, peakMemoryBytes, inputBytes, outputBytes }: StepDetail): string {
  const parts = [
    ...(cpuSeconds === null ? [] : [`${cpuSeconds.toFixed(2)} s of CPU time`]),
    ...(peakMemoryBytes === null ? [] : [`${bytesText(peakMemoryBytes)} of memory at most`]),
    ...(inputBytes === null ? [] : [`${bytesText(inputBytes)} of inputs`]),
    ...(outputBytes === null ? [] : [`${bytesText(outputBytes)} of outputs`]),
  ]
  return parts.length === 0 ? 'not measured' : parts.join(', ')
}

/** Whether it was taken from the cache, and why. */
export function CacheFacts({ detail: { view, cache } }: DetailProps) {
  return (
    <>
      <Fact name="Cache">{cache.hit ? 'hit' : 'no hit'}</Fact>
      <Fact name="Why">
        <WithRunLinks text={cache.reason} />
        {cache.differences.length > 0 && (
          <List size="sm">
            {cache.differences.map((difference) => (
              <List.Item key={difference}>
                <WithRunLinks text={difference} />
              </List.Item>
            ))}
          </List>
        )}
      </Fact>
      {view.stepKey !== null && (
        <Fact name="Step key">
          <Group gap={4} wrap="nowrap">
            <Code>{view.stepKey}</Code>
            <Copy text={view.stepKey} what="the step key" />
          </Group>
        </Fact>
      )}
    </>
  )
}
