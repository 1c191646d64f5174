import { Button, Code, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Upload } from 'lucide-react'
import { useState } from 'react'
import type { ImportReport } from '#core/contract/tracking-transfer.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { usePathChoice } from '#renderer/data/desktop.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { runsText } from '../actions.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { chooseSection } from '#renderer/ui/choose-button.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'

/** Takes in what other tools have kept, after it has said what would come. */
export function ImportRuns() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Import…
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Import runs" size="lg">
        <ImportForm onClose={() => setOpen(false)} />
      </Modal>
    </>
  )
}

type Done = { readonly report: ImportReport; readonly isDry: boolean }

function ImportForm({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const cache = useQueryClient()
  const [path, setPath] = useState('')
  const [done, setDone] = useState<Done>()
  const call = useLongCall<Done>({
    onDone: (result) => {
      setDone(result)
      void cache.invalidateQueries({ queryKey: ['tracking'] })
    },
    onDoneElsewhere: ({ report }) => ({ title: 'Imported', message: `${runsText(report.runs)} came.` }),
    failedElsewhere: 'The import failed',
  })
  const change = (next: string) => {
    setPath(next)
    setDone(undefined)
  }
  const choice = usePathChoice('folder', change)
  const begin = (isDry: boolean) =>
    call.begin(async (options) => ({
      report: await client.importTracking({ path: path.trim(), dryRun: isDry }, options),
      isDry,
    }))
  return (
    <Stack>
      <TextInput
        label="Path"
        description={
          <>
            On the machine of the core: a database of MLflow (<Code>mlflow.db</Code>), a folder <Code>mlruns</Code>, or
            a folder with event files of TensorBoard. Nothing there is changed.
          </>
        }
        data-autofocus
        value={path}
        onChange={({ currentTarget }) => change(currentTarget.value)}
        {...chooseSection(choice, 'a folder')}
      />
      {call.problem !== undefined && <ProblemAlert title="Nothing was imported" message={call.problem.message} />}
      {call.isBusy && <ProgressLines title="Reading" lines={call.lines} onGiveUp={call.giveUp} />}
      {done !== undefined && <Report {...done} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {done?.isDry === false ? 'Close' : 'Go back'}
        </Button>
        {done?.isDry === true ? (
          <Button loading={call.isBusy} onClick={() => begin(false)}>
            Import {runsText(done.report.runs)}
          </Button>
        ) : (
          done === undefined && (
            <Button loading={call.isBusy} disabled={path.trim() === ''} onClick={() => begin(true)}>
              See what would come
            </Button>
          )
        )}
      </Group>
    </Stack>
  )
}

function Report({ report, isDry }: Done) {
  const { runs, known, points, artifacts, experiments, models, versions, skipped } = report
  return (
    <Stack gap="xs" role="status">
      <Text size="sm">
        {isDry ? 'Would come: ' : 'Came: '}
        {runsText(runs)} in {experiments.length === 1 ? '1 experiment' : `${experiments.length} experiments`},{' '}
        {points.toLocaleString()} points of metrics, {artifacts.files.toLocaleString()} files (
        {bytesText(artifacts.bytes)}), {models} registered models with {versions} versions.
        {known > 0 && ` ${runsText(known)} are here already.`}
      </Text>
      {skipped.length > 0 && (
        <List size="sm" aria-label="What is left out">
          {skipped.slice(0, 50).map(({ what, why }) => (
            <List.Item key={what}>
              {what}: {why}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  )
}
