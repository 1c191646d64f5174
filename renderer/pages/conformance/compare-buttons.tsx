import { Button, Group, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Play, Square } from 'lucide-react'
import { useEffect } from 'react'
import type { ConformanceReport } from '#core/contract/conformance.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { beginCall, forgetStopped, type OwnCall } from './calls.ts'

/** By then the core tells of what was begun. */
const BEGUN_MS = 300

type ButtonsProps = {
  readonly target: string
  /** Why nothing can be run there; null where it can. */
  readonly reason: string | null
  readonly report: ConformanceReport | undefined
  readonly call: OwnCall | undefined
  readonly isBusy: boolean
}

/** Compares a target anew, with all cases or with those that failed, and ends what this page has begun. */
export function CompareButtons({ target, reason, report, call, isBusy }: ButtonsProps) {
  const client = useClient()
  const cache = useQueryClient()
  const begin = (only?: string[]) => {
    const input = { target, ...(only === undefined ? {} : { only }) }
    const refresh = () => void cache.invalidateQueries({ queryKey: ['conformance'] })
    void beginCall(target, (options) => client.runConformance(input, options)).then(refresh)
    setTimeout(refresh, BEGUN_MS)
  }
  useEffect(() => {
    if (!isBusy) forgetStopped(target)
  }, [isBusy, target])
  if (isBusy) {
    if (call?.isStopping === true) return <Text size="sm">It is being stopped …</Text>
    if (call?.cancel === undefined) return <Text size="sm">It was begun elsewhere, and is stopped there.</Text>
    return (
      <Group>
        <Button size="xs" variant="default" leftSection={<Square size={14} aria-hidden />} onClick={call.cancel}>
          Cancel on {target}
        </Button>
      </Group>
    )
  }
  const failed = report?.cases.filter(({ status }) => status === 'failed').map(({ name }) => name) ?? []
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        disabled={reason !== null}
        leftSection={<Play size={14} aria-hidden />}
        onClick={() => begin()}
      >
        Run all cases on {target}
      </Button>
      {failed.length > 0 && (
        <Button size="xs" variant="default" disabled={reason !== null} onClick={() => begin(failed)}>
          Only the {failed.length} that failed
        </Button>
      )}
    </Group>
  )
}
