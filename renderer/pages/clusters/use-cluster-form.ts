import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ClusterJobView, ClusterPreflight, LocalClusterForm } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { errorsOf } from './checks.ts'
import { faultsOfProblem, readForm, type Draft, type Faults, type TextKey } from './form-draft.ts'

const PATIENCE_MS = 400
const NO_FAULTS: Faults = new Map()

/** What the machine has of what the form wants. */
export type Checks = {
  /** The latest that is known; undefined before the first. */
  readonly preflight: ClusterPreflight | undefined
  /** Whether it is that of the form as it stands now. */
  readonly isCurrent: boolean
  readonly isChecking: boolean
  readonly error: Error | null
  readonly checkAgain: () => void
}

/** The form of a new cluster: what it says, what is wrong with it, and what can be done with it. */
export type FormState = {
  readonly draft: Draft
  readonly faults: Faults
  readonly checks: Checks
  readonly type: (key: TextKey, text: string) => void
  readonly allowDownload: (download: boolean) => void
  readonly isCreating: boolean
  /** What a Problem said that belongs to no field. */
  readonly rest: string | undefined
  /** Begins to create it, or says what keeps it from that. */
  readonly submit: () => Blocked | undefined
}
/** The first field that is wrong, or the checks. */
export type Blocked = { readonly field: TextKey } | 'checks'

/** The state of the form that makes a cluster. Its checks run again when nobody has typed for a moment. */
export function useClusterForm(start: Draft, onBegun: (job: ClusterJobView) => void): FormState {
  const [draft, setDraft] = useState(start)
  const [refused, setRefused] = useState(NO_FAULTS)
  const read = useMemo(() => readForm(draft), [draft])
  const checks = useChecks(read.form)
  const create = useCreate(onBegun, setRefused)
  const change = (next: Draft) => {
    setDraft(next)
    setRefused(NO_FAULTS)
    // What is asked for already is not forgotten: else it could be asked for twice.
    if (!create.isPending) create.reset()
  }
  const submit = (): Blocked | undefined => {
    if (read.form === undefined) return { field: [...read.faults.keys()][0] ?? 'name' }
    const { preflight, isCurrent } = checks
    if (isCurrent && preflight !== undefined && errorsOf(preflight).length > 0) return 'checks'
    create.mutate(read.form)
    return undefined
  }
  const rest = create.error === null ? undefined : faultsOfProblem(problemOf(create.error)).rest
  return {
    draft,
    faults: new Map([...refused, ...(read.faults ?? [])]),
    checks,
    type: (key, text) => change({ ...draft, texts: { ...draft.texts, [key]: text } }),
    allowDownload: (download) => change({ ...draft, download }),
    isCreating: create.isPending,
    rest,
    submit,
  }
}

function useChecks(form: LocalClusterForm | undefined): Checks {
  const client = useClient()
  const [settled] = useDebouncedValue(form, PATIENCE_MS)
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    ...clusterQueries.check(client, settled),
    enabled: settled !== undefined,
    // While one types, what was found before stays.
    placeholderData: (before) => before,
  })
  return {
    preflight: data,
    isCurrent: settled === form && !isPlaceholderData,
    isChecking: isFetching,
    error,
    checkAgain: () => void refetch(),
  }
}

function useCreate(onBegun: (job: ClusterJobView) => void, onFaults: (faults: Faults) => void) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation({
    mutationFn: async (form: LocalClusterForm) => client.createCluster(form),
    onSuccess: async (job) => {
      await cache.invalidateQueries({ queryKey: ['clusters'] })
      onBegun(job)
    },
    onError: (error) => onFaults(faultsOfProblem(problemOf(error)).faults),
  })
}
