import { randomUUID } from 'node:crypto'
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { readSamples } from '#core/attempts/index.ts'
import { canonicalJson } from '#core/base/json.ts'
import { parseBytes } from '#core/base/quantity.ts'
import { Problem } from '#core/base/problem.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { AppliedResources, RunUsage } from '#core/contract/usage.ts'
import { systemCode } from '#core/files/index.ts'
import {
  addEvent,
  openTimes,
  runUsage,
  timesOf,
  writeResources,
  type AttemptTimes,
  type UsageSample,
  type WantedResources,
} from '#core/usage/index.ts'
import { attemptFolders } from './attempt-folders.ts'
import { findRun } from './find-run.ts'
import { readPipelineFile } from './pipeline-file.ts'
import type { Plans } from './plans.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { PipelineService } from './service-types.ts'
import { validateDocument } from './validate.ts'

const PAGE = 2_000
/** Curves of so many attempts of a step are read; what others used is known as a whole. */
const MOST_CURVES = 200

type Options = { readonly home: string; readonly store: RunStore; readonly now: () => number }

/** The verbs for what a run has used. */
export function usageVerbs(options: Options, plans: Plans): Pick<PipelineService, 'runUsage' | 'applyUsage'> {
  const usage = (run: string): Promise<RunUsage> => usageOf(options, plans, run)
  return {
    runUsage: usage,
    async applyUsage(id, steps) {
      const run = findRun(options.store, id)
      return apply(run, wantedOf(await usage(run.id), steps))
    },
  }
}

async function usageOf(options: Options, plans: Plans, id: string): Promise<RunUsage> {
  const { store, now } = options
  const run = findRun(store, id)
  const needs = plans(run).plan.steps.map(
    ({ name, edges }) => [name, [...new Set(edges.map(({ step }) => step))]] as const,
  )
  const fold = openTimes(new Map(needs), run.createdAt)
  for (let from = 1; ;) {
    const events = store.events(run.id, from, PAGE)
    for (const event of events) addEvent(fold, event)
    from += events.length
    if (events.length < PAGE) break
    await turn()
  }
  const attempts = timesOf(fold, now())
  const steps = Object.entries(run.definition.steps).map(([name, { resources }]) => ({
    name,
    cpuAsked: resources.cpu ?? null,
    memoryAsked: resources.memory ?? null,
  }))
  const samples = await samplesOf(options, run, attempts)
  return runUsage({ ...run, run: run.id, steps, attempts, samples }, now())
}

async function samplesOf(
  { home }: Options,
  run: RunRow,
  attempts: readonly AttemptTimes[],
): Promise<Map<number, readonly UsageSample[]>> {
  const samples = new Map<number, readonly UsageSample[]>()
  for (const ofStep of Map.groupBy(attempts, ({ step }) => step).values()) {
    const every = Math.ceil(ofStep.length / MOST_CURVES)
    for (const attempt of ofStep.filter((_, at) => at % every === 0)) {
      samples.set(attempt.createdSeq, readSamples(attemptFolders(home, { ...attempt, run: run.id }).control))
      if (samples.size % MOST_CURVES === 0) await turn()
    }
  }
  return samples
}

/** What is proposed for these steps, for all where none is named. Throws Problem `not_found`. */
function wantedOf({ run, steps }: RunUsage, names: readonly string[] | undefined): Map<string, WantedResources> {
  const unknown = names?.find((name) => !steps.some((step) => step.name === name))
  if (unknown !== undefined)
    throw new Problem('not_found', `run ${run} has no step "${unknown}": minisub show lists them`)
  const chosen = steps.filter(({ name }) => names === undefined || names.includes(name))
  return new Map(
    chosen.flatMap(({ name, proposal }) => {
      if (proposal === null) return []
      const { cpu, memory } = proposal
      return [[name, { cpu, memory }] as const]
    }),
  )
}

async function apply(run: RunRow, wanted: ReadonlyMap<string, WantedResources>): Promise<AppliedResources> {
  const changed = [...wanted].map(([step, { cpu, memory }]) => ({ step, cpu, memory }))
  if (changed.length === 0) return { file: run.file, changed }
  const { plan } = await readPipelineFile(run.file)
  if (plan.digest !== run.digest) {
    const fix = 'run it again, and take what that run proposes'
    throw new Problem('conflict', `${run.file} is another one now than when run ${run.id} began: ${fix}`)
  }
  const text = await readFile(run.file, 'utf8')
  const written = writeResources(text, wanted)
  check(written, { before: plan.definition, wanted, file: run.file })
  await replaceFile(run.file, written)
  return { file: run.file, changed }
}

type Expected = {
  readonly before: PipelineDefinition
  readonly wanted: ReadonlyMap<string, WantedResources>
  readonly file: string
}

/** What was written must say what was meant, and nothing else. */
function check(text: string, { before, wanted, file }: Expected): void {
  const validation = validateDocument(text)
  const steps = Object.entries(before.steps).map(([name, step]) => {
    const { cpu = null, memory = null } = wanted.get(name) ?? {}
    const bytes = memory === null ? undefined : parseBytes(memory)
    const resources = {
      ...step.resources,
      ...(cpu === null ? {} : { cpu }),
      ...(bytes === undefined ? {} : { memory: bytes }),
    }
    return [name, { ...step, resources }] as const
  })
  const expected = { ...before, steps: Object.fromEntries(steps) }
  if (validation.ok && canonicalJson(validation.plan.definition) === canonicalJson(expected)) return
  const message = `${file} is written in a way in which resources cannot be changed alone: change them by hand`
  throw new Problem('not_supported', message)
}

/** By rename, so that nobody sees half of it; mode and links stay. */
async function replaceFile(path: string, text: string): Promise<void> {
  const file = await realpath(path)
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { mode: (await stat(file)).mode })
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    const why = systemCode(cause) ?? String(cause)
    const fix = 'give yourself write permission in its folder, or change the document by hand'
    throw new Problem('conflict', `${file} cannot be written (${why}): ${fix}`, { cause })
  }
}
