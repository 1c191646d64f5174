import { Text } from '@mantine/core'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import { Status } from '#renderer/ui/status.tsx'

type StateProps = {
  /** Undefined until the core has told. */
  readonly state: TargetView | undefined
  readonly isAsked: boolean
  readonly profile: ClusterProfile | undefined
}

/** Whether something could be started on a target now, what the target is, and what to do where it could not. */
export function State({ state, isAsked, profile }: StateProps) {
  if (state === undefined) {
    const place = profile === undefined ? '' : `namespace ${profile.namespace} of ${profile.context}`
    return (
      <Text component="div" size="sm">
        {isAsked && <Status status="waiting" label="asked …" />} {place}
      </Text>
    )
  }
  return (
    <>
      <Text component="div" size="sm" style={{ overflowWrap: 'anywhere' }}>
        <Status status={state.status} /> {state.description}
      </Text>
      {state.reason !== null && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {state.reason}
        </Text>
      )}
    </>
  )
}
