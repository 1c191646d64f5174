import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Problem } from '#core/base/problem.ts'
import type { RunView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useLongCall, type LongCall } from '#renderer/data/use-long-call.ts'
import type { TargetChoice } from '#renderer/data/use-target.ts'
import { byField, faultsOf, readParallelism, textsToSend } from './form-model.ts'
import { useFields, type Fields, type FieldsInput } from './use-fields.ts'

/** Name of the field that says how many steps may run at once; no parameter can have it. */
export const PARALLELISM = 'steps-at-once'

/** Name of the field that says where the run is to be. */
export const TARGET = 'run-target'

/** What a form begins with. */
export type StartInput = FieldsInput & { readonly file: string; readonly choice: TargetChoice }

/** What a form asks for. */
export type StartRequest = {
  readonly file: string
  readonly target: string
  readonly parameterTexts: Record<string, string>
  readonly cache: boolean
  readonly parallelism?: number
}

/** What the form shows, and what can be done with it. */
export type StartFormState = {
  readonly fields: Fields
  /** What a Problem said beside the fields. */
  readonly rest: string | undefined
  readonly choice: TargetChoice
  readonly cache: boolean
  readonly setCache: (cache: boolean) => void
  readonly parallelism: string
  readonly parallelismFault: string | undefined
  readonly setParallelism: (text: string) => void
  readonly call: LongCall<RunView>
  /** Marks what is wrong, and returns the name of the first such field. */
  readonly wrongField: () => string | undefined
  /** What the form asks for as it is. */
  readonly request: () => StartRequest
  /** Starts the run, or returns the name of the first field that is wrong. */
  readonly submit: () => string | undefined
}

/** The form that starts a run of a document. */
export function useStartForm({ file, choice, ...input }: StartInput): StartFormState {
  const client = useClient()
  const { declarations } = input
  const fields = useFields(input)
  const [rest, setRest] = useState<string>()
  const [cache, setCache] = useState(true)
  const [parallelism, setParallelism] = useState('')
  const call = useStart((problem) => {
    const parts = byField(problem, declarations)
    fields.setFaults(parts.faults)
    setRest(parts.rest)
  })
  const parallel = readParallelism(parallelism)
  const wrongField = (): string | undefined => {
    setRest(undefined)
    const faults = faultsOf(declarations, fields.texts)
    fields.setFaults(faults)
    const [wrong] = faults.keys()
    if (wrong !== undefined) return wrong
    if (choice.isUnavailable) return TARGET
    return parallel.fault === undefined ? undefined : PARALLELISM
  }
  const request = () => {
    const atOnce = parallel.value === undefined ? {} : { parallelism: parallel.value }
    return { file, parameterTexts: textsToSend(declarations, fields.texts), cache, target: choice.target, ...atOnce }
  }
  const submit = (): string | undefined => {
    const wrong = wrongField()
    if (wrong === undefined) call.begin((options) => client.startRun(request(), options))
    return wrong
  }
  const parallelismFault = parallel.fault
  const shown = { fields, rest, choice, cache, setCache, parallelism, parallelismFault, setParallelism }
  return { ...shown, call, submit, wrongField, request }
}

/** Starts a run and goes to it; where the page was left meanwhile, it is said. */
function useStart(onProblem: (problem: Problem) => void): LongCall<RunView> {
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useLongCall<RunView>({
    onDone: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['pipelines'] })
      void navigate({ to: '/runs/$run', params: { run: id } })
    },
    onProblem,
    onDoneElsewhere: ({ id, pipeline }) => ({ title: `${pipeline} was started`, message: `It is run ${id}.` }),
    failedElsewhere: 'No run was started',
  })
}
