import { useMemo, useState } from 'react'
import { useChange, useExperimentSearch } from './use-search.ts'

/** So many selected runs stand in the address; of more it would become too long. */
const MOST_IN_ADDRESS = 100
const NONE: readonly string[] = []

export type Selection = { readonly ids: ReadonlySet<string>; readonly set: (ids: readonly string[]) => void }

/**
 * The runs that are selected: in the address, as long as they are not too many for it. An address that names runs is
 * believed, such as that of a saved view.
 */
export function useSelection(): Selection {
  const { runs = NONE } = useExperimentSearch()
  const change = useChange()
  const [many, setMany] = useState<readonly string[]>()
  const ids = useMemo(() => new Set(runs.length > 0 ? runs : (many ?? NONE)), [many, runs])
  const set = (wanted: readonly string[]) => {
    const isMany = wanted.length > MOST_IN_ADDRESS
    setMany(isMany ? wanted : undefined)
    change({ runs: isMany || wanted.length === 0 ? undefined : [...wanted] }, false)
  }
  return { ids, set }
}
