import { Button, Group, Text } from '@mantine/core'
import { ChartLine, GitCompareArrows, RotateCcw, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '#renderer/data/problem.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { runsText, useTrash } from '../actions.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import type { Selection } from '../use-selection.ts'

/** As the core takes it. */
const MOST_COMPARED = 20

/** What can be done with the runs that are selected. */
export function SelectionBar({ selection }: { readonly selection: Selection }) {
  const { view } = useExperimentSearch()
  const change = useChange()
  const ids = [...selection.ids]
  const canCompare = ids.length > 1 && ids.length <= MOST_COMPARED
  return (
    <Group gap="xs">
      <Text size="sm" fw={600} role="status">
        {runsText(ids.length)} selected
      </Text>
      {canCompare ? (
        <ButtonLink
          size="xs"
          to="/compare"
          search={{ runs: ids.join(',') }}
          leftSection={<GitCompareArrows size={15} aria-hidden />}
        >
          Compare
        </ButtonLink>
      ) : (
        <Button size="xs" disabled title={`Two to ${MOST_COMPARED} runs can be compared`}>
          Compare
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<ChartLine size={15} aria-hidden />}
        onClick={() => change({ tab: 'charts' })}
      >
        Charts
      </Button>
      {view === 'deleted' ? <InTrash selection={selection} /> : <Delete selection={selection} />}
      <Button size="xs" variant="subtle" leftSection={<X size={15} aria-hidden />} onClick={() => selection.set([])}>
        Clear
      </Button>
    </Group>
  )
}

type Failable = { readonly problem: string | undefined; readonly begin: (act: () => Promise<void>) => void }

function useAct(onDone: () => void): Failable & { readonly isBusy: boolean } {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const run = async (act: () => Promise<void>) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await act()
      onDone()
    } catch (error) {
      setProblem(problemOf(error).message)
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, problem, begin: (act) => void run(act) }
}

function Delete({ selection }: { readonly selection: Selection }) {
  const { deleteRuns } = useTrash()
  const { isBusy, problem, begin } = useAct(() => selection.set([]))
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        leftSection={<Trash2 size={15} aria-hidden />}
        onClick={() => begin(async () => deleteRuns([...selection.ids]))}
      >
        Delete
      </Button>
      {problem !== undefined && <ProblemAlert title="Nothing was deleted" message={problem} />}
    </>
  )
}

function InTrash({ selection }: { readonly selection: Selection }) {
  const { restoreRuns, purgeRuns } = useTrash()
  const { isBusy, problem, begin } = useAct(() => selection.set([]))
  const count = runsText(selection.ids.size)
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        leftSection={<RotateCcw size={15} aria-hidden />}
        onClick={() => begin(async () => restoreRuns([...selection.ids]))}
      >
        Restore
      </Button>
      <Confirm
        label="Delete for good…"
        button={{ leftSection: <Trash2 size={15} aria-hidden /> }}
        title={`Delete ${count} for good?`}
        confirmLabel={`Delete ${count}`}
        onConfirm={async () => {
          await purgeRuns([...selection.ids])
          selection.set([])
        }}
      >
        Their metrics, parameters and files go from the disk. This cannot be taken back. A run that a version of a
        registered model names stays.
      </Confirm>
      {problem !== undefined && <ProblemAlert title="Nothing was restored" message={problem} />}
    </>
  )
}
