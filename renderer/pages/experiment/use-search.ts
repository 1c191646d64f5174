import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { ExperimentSearch } from './search.ts'

/** What the address says of the page of experiments. */
export function useExperimentSearch(): ExperimentSearch {
  return useSearch({ from: '/experiments/$experiment' })
}

export type Change = Partial<ExperimentSearch>

/** Changes parts of the address. What is a step of its own can be gone back from; else the address is replaced. */
export function useChange(): (change: Change, isStep?: boolean) => void {
  const navigate = useNavigate({ from: '/experiments/$experiment' })
  return useCallback(
    (change, isStep = true) =>
      void navigate({
        search: (before) => ({ ...before, ...change }),
        replace: !isStep,
        resetScroll: false,
      }),
    [navigate],
  )
}

/** Ids of the experiments whose runs are shown: that of the path, then the others. */
export function useExperimentIds(): readonly string[] {
  const { experiment } = useParams({ from: '/experiments/$experiment' })
  const { with: others } = useExperimentSearch()
  const further = (others ?? '').split(',').filter((id) => /^\d+$/.test(id))
  return [...new Set([experiment, ...further])]
}
