import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { KubeContextView } from '#core/contract/target-report.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { textOf, type CredentialKey, type CredentialMode, type Defaults, type Draft, type TextKey } from './draft.ts'
import { faultsOfProblem, OWN_KEYS, ownSecret, readDraft, type Faults } from './read-draft.ts'
import { useContexts } from './use-contexts.ts'

/** The form of a target: what it says, what is wrong with it, and what can be done with it. */
export type FormState = {
  readonly draft: Draft
  readonly defaults: Defaults
  readonly faults: Faults
  readonly contexts: readonly KubeContextView[]
  readonly type: (key: TextKey, text: string) => void
  readonly typeValue: (key: CredentialKey, text: string) => void
  readonly setMode: (mode: CredentialMode) => void
  readonly setPathStyle: (isPathStyle: boolean) => void
  readonly isSaving: boolean
  /** What a Problem said that belongs to no field. */
  readonly rest: string | undefined
  /** Saves, or returns what is wrong. */
  readonly submit: () => Faults | undefined
}

export type FormInput = {
  readonly start: Draft
  /** The target that is edited; undefined for a new one. */
  readonly edited: string | undefined
  /** Names that are taken. */
  readonly taken: readonly string[]
  readonly onSaved: (name: string) => void
}

const NO_FAULTS: Faults = new Map()
const FIXED = { serviceAccount: 'default', platform: 'linux/amd64', 'artifacts.region': 'us-east-1' } as const

/** The state of the form that makes or changes a target. */
export function useTargetForm({ start, edited, taken, onSaved }: FormInput): FormState {
  const [draft, setDraft] = useState(start)
  const [faults, setFaults] = useState(NO_FAULTS)
  const { contexts, kubeconfig, fault: contextsFault } = useContexts(draft.texts.kubeconfig)
  const defaults = defaultsOf(draft, { contexts, kubeconfig, taken, edited })
  const save = useSave({ draft, edited, onSaved, onFaults: setFaults })
  const forget = (key: TextKey) => setFaults((before) => new Map([...before].filter(([it]) => it !== key)))
  const submit = () => {
    const read = readDraft(draft, { defaults, taken: taken.filter((it) => it !== save.added) })
    setFaults(read.faults ?? NO_FAULTS)
    if (read.faults !== undefined) return read.faults
    void save.run(read.name, read.profile)
    return undefined
  }
  return {
    draft,
    defaults,
    faults: contextsFault === undefined ? faults : new Map([['kubeconfig', contextsFault], ...faults]),
    contexts,
    type: (key, text) => {
      setDraft((before) => ({ ...before, texts: { ...before.texts, [key]: text } }))
      forget(key)
    },
    typeValue: (key, text) => {
      setDraft((before) => ({ ...before, values: { ...before.values, [key]: text } }))
      forget(key)
    },
    setMode: (mode) => {
      setDraft((before) => ({ ...before, mode }))
      for (const key of ['artifacts.accessKey', 'artifacts.secretKey'] as const) forget(key)
    },
    setPathStyle: (pathStyle) => setDraft((before) => ({ ...before, pathStyle })),
    isSaving: save.isSaving,
    rest: save.rest,
    submit,
  }
}

type Known = Pick<FormInput, 'taken' | 'edited'> & {
  readonly contexts: readonly KubeContextView[]
  readonly kubeconfig: readonly string[]
}

/** The current context with its namespace, and the name of the context as that of the target. */
function defaultsOf(draft: Draft, { contexts, kubeconfig, taken, edited }: Known): Defaults {
  const current = contexts.find(({ isCurrent }) => isCurrent) ?? contexts[0]
  const chosen = textOf(draft, current === undefined ? {} : { context: current.name }, 'context')
  const namespace = contexts.find(({ name }) => name === chosen)?.namespace
  const isFree = edited === undefined && /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(chosen) && !taken.includes(chosen)
  return {
    ...FIXED,
    kubeconfig: kubeconfig.join('\n'),
    context: chosen,
    ...(isFree ? { name: chosen } : {}),
    ...(namespace === undefined ? {} : { namespace }),
  }
}

type SaveOptions = Pick<FormInput, 'edited' | 'onSaved'> & {
  readonly draft: Draft
  readonly onFaults: (faults: Faults) => void
}

/**
 * The target first, whose name may be refused, then its credentials: so those of another target are never overwritten.
 * Where they were refused, the next try finds the target.
 */
function useSave({ draft, edited, onSaved, onFaults }: SaveOptions) {
  const client = useClient()
  const cache = useQueryClient()
  const [isSaving, setSaving] = useState(false)
  const [rest, setRest] = useState<string>()
  const [added, setAdded] = useState(edited)
  const save = async (name: string, profile: ClusterProfile) => {
    if (added === name) await client.editTarget({ name, profile })
    else await client.addTarget({ name, profile })
    setAdded(name)
    if (draft.mode === 'kept') return
    for (const field of ['artifacts.accessKey', 'artifacts.secretKey'] as const) {
      await client.setSecret({ name: ownSecret(name), key: OWN_KEYS[field], value: draft.values[field] })
    }
  }
  const run = async (name: string, profile: ClusterProfile) => {
    setSaving(true)
    setRest(undefined)
    try {
      await save(name, profile)
      await cache.invalidateQueries({ queryKey: ['targets'] })
      void cache.invalidateQueries({ queryKey: ['secrets'] })
      onSaved(name)
    } catch (error) {
      const found = faultsOfProblem(problemOf(error))
      onFaults(found.faults)
      setRest(found.rest)
    } finally {
      setSaving(false)
    }
  }
  return { isSaving, rest, run, added }
}
