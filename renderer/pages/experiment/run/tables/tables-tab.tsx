import { Stack } from '@mantine/core'
import { Table2 } from 'lucide-react'
import type { TrackedFile, TrackedRunView } from '#core/contract/tracking.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useAllFiles } from '../files/all-files.ts'
import { FileChoice } from '../files/file-choice.tsx'
import { useChangeSearch, useRunSearch } from '../search.ts'
import { taggedTables } from './logged-table.ts'
import { TableFile } from './table-file.tsx'

/** Tables that were logged: those of log_table, and files of commas or tabs. */
export function TablesTab({ run }: { readonly run: TrackedRunView }) {
  const { path } = useRunSearch()
  const change = useChangeSearch()
  const { data, error, refetch } = useAllFiles(run)
  if (data === undefined) {
    if (error === null) return <Waiting what="the files" />
    return <ProblemAlert title="The files are not known" message={error.message} onRetry={() => void refetch()} />
  }
  const tagged = new Set(taggedTables(run.tags['mlflow.loggedArtifacts']))
  const isTable = (file: TrackedFile) => tagged.has(file.path) || /\.(csv|tsv)$/i.test(file.path)
  const files = data.files.filter(isTable)
  const file = files.find((it) => it.path === path) ?? files[0]
  if (file === undefined) return <NoTables />
  const choose = (wanted: string) => change({ path: wanted, sort: undefined, down: undefined, find: undefined })
  return (
    <Stack gap="sm">
      <FileChoice what="table" files={files} chosen={file.path} onChoose={choose} isWhole={data.isWhole} />
      <TableFile key={file.path} run={run.id} path={file.path} size={file.size ?? 0} />
    </Stack>
  )
}

function NoTables() {
  return (
    <EmptyState icon={Table2} title="No tables">
      <code>mlflow.log_table(frame, &quot;predictions.json&quot;)</code> logs one; CSV and TSV files are shown here too.
    </EmptyState>
  )
}
