import { VisuallyHidden } from '@mantine/core'
import { createColumnHelper, tableFeatures } from '@tanstack/react-table'
import { isFinalRun } from '#core/contract/events.ts'
import type { RunSummary } from '#core/contract/run.ts'
import { Duration, epochOf } from '#renderer/ui/time.tsx'
import { CancelRun } from './cancel-run.tsx'
import { RunCell, StatusCell, TimeCell } from './cells.tsx'

/** The core sorts and filters, so the table needs no feature of its own. */
export const features = tableFeatures({})
const helper = createColumnHelper<typeof features, RunSummary>()

/** The columns of the list; their ids name their classes in `runs.module.css`. */
export const columns = helper.columns([
  helper.accessor('status', {
    id: 'status',
    header: 'Status',
    cell: ({ getValue }) => <StatusCell status={getValue()} />,
  }),
  helper.accessor('id', { id: 'run', header: 'Run', cell: ({ getValue }) => <RunCell run={getValue()} /> }),
  helper.accessor('pipeline', { id: 'pipeline', header: 'Pipeline' }),
  helper.accessor('target', { id: 'target', header: 'Target' }),
  helper.accessor('createdAt', {
    id: 'started',
    header: 'Started',
    cell: ({ getValue }) => <TimeCell iso={getValue()} />,
  }),
  helper.display({
    id: 'duration',
    header: 'Duration',
    cell: ({ row: { original } }) => <Duration from={epochOf(original.startedAt)} to={epochOf(original.finishedAt)} />,
  }),
  helper.accessor('pipelineDigest', { id: 'digest', header: 'Digest', cell: ({ getValue }) => getValue().slice(0, 8) }),
  helper.display({
    id: 'action',
    header: () => <VisuallyHidden>Cancel</VisuallyHidden>,
    cell: ({ row: { original } }) => !isFinalRun(original.status) && <CancelRun run={original} />,
  }),
])
