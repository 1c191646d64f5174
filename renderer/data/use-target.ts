import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TargetView } from '#core/contract/routes-targets.ts'
import { useClient } from './client-context.ts'
import { queries } from './queries.ts'

/** What a browser uses in which nobody has chosen. */
const FIRST = 'process'

/** Where something is to run, and where it could. */
export type TargetChoice = {
  readonly target: string
  /** Undefined until the core has told. */
  readonly targets: readonly TargetView[] | undefined
  /** Why they are not known. */
  readonly error: Error | null
  /** Whether it is known that nothing could be started there now. */
  readonly isUnavailable: boolean
  /** Chosen by hand: remembered in this browser. */
  readonly choose: (name: string) => void
  /** Asks the core once more. */
  readonly lookAgain: () => void
}

/** The target that was chosen last in this browser. */
export function useRememberedTarget(): readonly [name: string, remember: (name: string) => void] {
  const [name, remember] = useLocalStorage({
    key: 'minisub-target',
    defaultValue: FIRST,
    getInitialValueInEffect: false,
  })
  return [name, remember]
}

/** The choice of a target: what was chosen here, else `initial`, else what was chosen last in this browser. */
export function useTargetChoice(initial: string | undefined): TargetChoice {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.targets(client))
  const [remembered, remember] = useRememberedTarget()
  const [chosen, setChosen] = useState<{ readonly name: string; readonly over: string | undefined }>()
  const wanted = chosen?.over === initial && chosen !== undefined ? chosen.name : (initial ?? remembered)
  const targets = data?.targets
  const view = targets?.find(({ name }) => name === wanted)
  return {
    // One that is no more cannot be chosen back.
    target: targets === undefined || view !== undefined ? wanted : FIRST,
    targets,
    error,
    isUnavailable: view?.status === 'unavailable',
    choose: (name) => {
      setChosen({ name, over: initial })
      remember(name)
    },
    lookAgain: () => void refetch(),
  }
}
