import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

const FROM = { from: '/experiments/$experiment/runs/$run' } as const

/** What the address says beside the run: the tab, and what is open in it. */
export type RunSearch = ReturnType<typeof useRunSearch>

export function useRunSearch() {
  return useSearch(FROM)
}

/** Changes some of what the address says: by a step of its own where it is `isPlace`, which the back button undoes. */
export function useChangeSearch(): (changes: Partial<RunSearch>, isPlace?: boolean) => void {
  const navigate = useNavigate(FROM)
  return useCallback(
    (changes, isPlace = false) =>
      void navigate({ search: (old) => ({ ...old, ...changes }), resetScroll: false, replace: !isPlace }),
    [navigate],
  )
}

/** What is no longer open in another tab. */
export const NOTHING_OPEN = {
  search: undefined,
  path: undefined,
  key: undefined,
  step: undefined,
  share: undefined,
  sort: undefined,
  down: undefined,
  find: undefined,
  zoom: undefined,
  full: undefined,
} as const
