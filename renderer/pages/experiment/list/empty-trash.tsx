import { Button, List, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Eraser } from 'lucide-react'
import { useState } from 'react'
import type { PurgeReport } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { runsText, useTrash } from '../actions.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { ConfirmDialog } from '#renderer/ui/confirm.tsx'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'

/** Deletes all of the trash for good, after it has said what that is. */
export function EmptyTrash() {
  const [isOpen, setOpen] = useState(false)
  useHeadingAfterwards(isOpen)
  return (
    <>
      <Button variant="default" leftSection={<Eraser size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Empty the trash…
      </Button>
      {isOpen && <Question onClose={() => setOpen(false)} />}
    </>
  )
}

function Question({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const { purgeAll } = useTrash()
  const { data, error, refetch } = useQuery(experimentQueries.purgeable(client, {}))
  const isNothing = data === undefined || data.runs + data.experiments + data.models === 0
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title="Empty the trash of all experiments?"
      confirmLabel="Delete for good"
      canConfirm={!isNothing}
      onConfirm={purgeAll}
    >
      {error !== null && (
        <ProblemAlert
          title="What would go is not known"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="what would go" />}
      {data !== undefined && <WhatGoes report={data} isNothing={isNothing} />}
    </ConfirmDialog>
  )
}

function WhatGoes({ report, isNothing }: { readonly report: PurgeReport; readonly isNothing: boolean }) {
  const { experiments, runs, models, bytes, kept } = report
  return (
    <Stack gap="xs">
      <Text size="sm" role="status">
        {isNothing
          ? 'There is nothing to delete.'
          : `${experiments === 1 ? '1 experiment' : `${experiments} experiments`}, ${runsText(runs)} and ${models} logged models go for good; files of ${bytesText(bytes)} go from the disk. This cannot be taken back.`}
      </Text>
      {kept.length > 0 && (
        <>
          <Text size="sm">These stay:</Text>
          <List size="sm" aria-label="What stays">
            {kept.slice(0, 50).map(({ what, why }) => (
              <List.Item key={what}>
                {what}: {why}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Stack>
  )
}
