import type { CodeSnapshot } from './code-snapshot.ts'
import { findRun, findStep } from './find-run.ts'
import type { Plans } from './plans.ts'
import { Recent } from './recent.ts'
import { identityOf } from './read-output.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { Provenance, PipelineService } from './service-types.ts'
import { matchFiles } from './snapshot.ts'

/** Files of snapshots that are kept parsed. */
const KEPT_FILES = 50_000

type Parts = { readonly store: RunStore; readonly plans: Plans; readonly snapshot: (digest: string) => CodeSnapshot }

/** The verb that says what a run or a step was made of. */
export function provenanceVerb(store: RunStore, plans: Plans): PipelineService['provenance'] {
  const recent = new Recent<CodeSnapshot>(KEPT_FILES)
  const snapshot = (digest: string): CodeSnapshot => {
    const make = () => {
      const found = store.snapshot(digest)
      return found === undefined ? undefined : { value: found, size: found.files.length }
    }
    const found = recent.get(digest, make) ?? make()?.value
    if (found === undefined) throw new Error(`no code snapshot ${digest}`)
    return found
  }
  return (run, step) => {
    const parts = { store, plans, snapshot }
    return step === null ? ofRun(parts, findRun(store, run)) : ofStep(parts, { run, step })
  }
}

function ofRun({ snapshot }: Parts, run: RunRow): Provenance {
  const { frozen } = run
  const inputs = Object.entries(frozen.facts.files).flatMap(([step, files]) =>
    Object.entries(files).map(([input, record]) => [`${step}.${input}`, { from: null, digest: identityOf(record) }]),
  )
  const environments = Object.entries(frozen.environments).map(([name, it]) => ({ name, ...it }))
  return { ...headOf(run), environments, code: snapshot(frozen.code), inputs: Object.fromEntries(inputs) }
}

function ofStep({ store, plans, snapshot }: Parts, address: { run: string; step: string }): Provenance {
  const { run, definition } = findStep(store, { ...address, item: null })
  const { frozen } = run
  const name = definition.environment
  const environment = name === null ? undefined : frozen.environments[name]
  const whole = snapshot(frozen.code)
  return {
    ...headOf(run),
    environments: name === null || environment === undefined ? [] : [{ name, ...environment }],
    code: { ...whole, files: matchFiles(whole, definition.files) },
    inputs: inputsOf({ store, plans }, run, address.step),
  }
}

function headOf(run: RunRow): Pick<Provenance, 'run' | 'pipeline' | 'pipelineDigest'> {
  return { run: run.id, pipeline: run.pipeline, pipelineDigest: run.digest }
}

/** What comes of other steps has a digest once the step has begun. */
function inputsOf({ store, plans }: Omit<Parts, 'snapshot'>, run: RunRow, step: string): Provenance['inputs'] {
  const files = run.frozen.facts.files[step] ?? {}
  const consumed = store.parts(run.id, step)?.consumed ?? {}
  const inputs: Record<string, Provenance['inputs'][string]> = {}
  for (const [input, source] of plans(run).plan.step(step).inputs) {
    inputs[input] =
      source.kind === 'expression'
        ? { from: { step: source.reference.step, output: source.reference.output }, digest: consumed[input] ?? null }
        : { from: null, digest: identityOf(files[input]) }
  }
  return inputs
}
