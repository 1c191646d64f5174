import type { RunSummary } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'

/** Asks a run to end, after asking whether it is meant. */
export function CancelRun({ run: { id, pipeline } }: { readonly run: RunSummary }) {
  const client = useClient()
  return (
    <Confirm
      label="Cancel"
      name={`Cancel run ${id}`}
      button={{ size: 'compact-xs' }}
      title="Cancel this run?"
      confirmLabel="Cancel the run"
      onConfirm={() => client.cancelRun({ run: id })}
    >
      Steps of {pipeline} that run are stopped, and no more begin. What succeeded stays: the run can be resumed.
    </Confirm>
  )
}
