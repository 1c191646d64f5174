import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

const FROM = { from: '/runs/$run' } as const

/** What the address says beside the run: the view, and what is open. */
export type RunSearch = ReturnType<typeof useRunSearch>

export function useRunSearch() {
  return useSearch(FROM)
}

/** Changes some of what the address says; the back button takes it back. */
export function useChangeSearch(): (changes: Partial<RunSearch>) => void {
  const navigate = useNavigate(FROM)
  return useCallback(
    (changes) => void navigate({ search: (old) => ({ ...old, ...changes }), resetScroll: false }),
    [navigate],
  )
}

/** What is no longer open when another step is. */
export const NOTHING_OPEN = {
  item: undefined,
  attempt: undefined,
  line: undefined,
  output: undefined,
  path: undefined,
} as const
