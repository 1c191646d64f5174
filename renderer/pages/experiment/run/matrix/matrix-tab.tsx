import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Grid3x3 } from 'lucide-react'
import type { TrackedFile, TrackedRunView } from '#core/contract/tracking.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { loadContent, type Content } from '#renderer/ui/look/load-content.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useAllFiles } from '../files/all-files.ts'
import { FileChoice } from '../files/file-choice.tsx'
import { RunFile, useRunFile } from '../files/run-file.tsx'
import { useChangeSearch, useRunSearch } from '../search.ts'
import { HeatMap } from './heat-map.tsx'
import { matrixOf, matrixOfTable, SIZE_LIMIT } from './matrix.ts'

/** What may hold a confusion matrix: autolog of scikit-learn writes an image of that name. */
function isMatrixFile({ path }: TrackedFile): boolean {
  return /confusion/i.test(path) && /\.(json|csv|tsv|png|jpe?g|webp|svg)$/i.test(path)
}

/** Numbers come before images of them. */
function rank({ path }: TrackedFile): number {
  return /\.(json|csv|tsv)$/i.test(path) ? 0 : 1
}

/** Confusion matrices among the files of a run. */
export function MatrixTab({ run }: { readonly run: TrackedRunView }) {
  const { path } = useRunSearch()
  const change = useChangeSearch()
  const { data, error, refetch } = useAllFiles(run)
  if (data === undefined) {
    if (error === null) return <Waiting what="the files" />
    return <ProblemAlert title="The files are not known" message={error.message} onRetry={() => void refetch()} />
  }
  const files = data.files.filter(isMatrixFile).toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
  const file = files.find((it) => it.path === path) ?? files[0]
  if (file === undefined) return <NoMatrix />
  return (
    <Stack gap="sm">
      <FileChoice
        what="confusion matrix"
        files={files}
        chosen={file.path}
        onChoose={(wanted) => change({ path: wanted })}
        isWhole={data.isWhole}
      />
      <OneMatrix key={file.path} run={run.id} path={file.path} size={file.size ?? 0} />
    </Stack>
  )
}

function NoMatrix() {
  return (
    <EmptyState icon={Grid3x3} title="No confusion matrix">
      A table or a list of lists whose file has “confusion” in its name is shown here:{' '}
      <code>mlflow.log_dict(&#123;&quot;labels&quot;: …, &quot;matrix&quot;: …&#125;, &quot;confusion.json&quot;)</code>
      . So is the image that <code>mlflow.sklearn.autolog()</code> makes.
    </EmptyState>
  )
}

type OneProps = { readonly run: string; readonly path: string; readonly size: number }

function OneMatrix(props: OneProps) {
  const file = useRunFile(props)
  const { data, error, refetch } = useQuery({
    queryKey: ['tracked-file', props.run, props.path, props.size],
    queryFn: ({ signal }) => loadContent(file, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    structuralSharing: false,
  })
  if (data === undefined) {
    if (error === null) return <Waiting what="the matrix" />
    return <ProblemAlert title="The matrix cannot be read" message={error.message} onRetry={() => void refetch()} />
  }
  const matrix = readMatrix(data)
  if (matrix !== undefined) return <HeatMap matrix={matrix} />
  return (
    <>
      {data.kind !== 'image' && (
        <Text size="sm">
          It is no square of numbers of at most {SIZE_LIMIT} labels, so it is shown as the file that it is.
        </Text>
      )}
      <Stack gap="xs" h="max(360px, calc(100dvh - 360px))">
        <RunFile {...props} />
      </Stack>
    </>
  )
}

function readMatrix(content: Content) {
  if (content.isCut) return undefined
  if (content.kind === 'table') return matrixOfTable(content.table.header, content.table.rows)
  return content.kind === 'json' ? matrixOf(JSON.parse(content.text)) : undefined
}
