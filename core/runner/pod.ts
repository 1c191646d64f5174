import { mkdirSync, readdirSync, readFileSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { CONTAINER, parseJson, POD, podTrackingIds, resolveTexts, stepEnvironment } from '#core/attempts/index.ts'
import type { PodPart, PodSpec, RunnerSpec, RunnerTracking } from '#core/attempts/index.ts'
import { valueText } from '#core/base/json.ts'
import { writeError } from '#core/files/index.ts'
import { openArtifact } from './artifact.ts'
import { placeInputs } from './place-inputs.ts'
import { foreignVariables } from './pod-environment.ts'
import { readPodVariables, type PodVariables } from './pod-variables.ts'
import { openProducers, valueOf, type Producers } from './producers.ts'
import { removeUnlessDenied } from './remove-unless-denied.ts'
import { unpackCode } from './unpack-code.ts'

/** Reads what a pod is to do. Throws Problem `artifact_missing`, and an Error for what the compiler did not write. */
export function readPodSpec(path: string): PodSpec {
  const { descriptor } = openArtifact(path, 'the specification of the step')
  try {
    const spec = parseJson(readFileSync(descriptor)) as { readonly version?: unknown } | null | undefined
    if (spec?.version === 1) return spec as PodSpec
    throw new Error(`the spec has version ${String(spec?.version)}, and this runner reads 1`)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Makes all of a step ready that Argo has brought: folders, code, inputs, and what its command is. The variables of the
 * pod are taken out of the process. Throws Problems of what is missing, has changed, or was not filled in.
 */
export async function preparePod(spec: PodSpec): Promise<RunnerSpec> {
  const variables = readPodVariables(spec, process.env)
  for (const name of foreignVariables(process.env)) delete process.env[name]
  const producers = openProducers({ ...spec, statuses: variables.statuses, artifact: POD.artifact })
  const own = resolveTexts({ command: spec.command, env: Object.entries(spec.env) }, (part) =>
    textOf(part, producers, variables),
  )
  makeFolders()
  if (spec.hasCode) await unpackCode(POD.code, CONTAINER.code)
  await placeInputs({ inputs: spec.inputs, producers, artifact: POD.artifact, folder: CONTAINER.inputs })
  await removeBrought()
  const { run, attempt, item, secrets } = variables
  const env = { ...own.env, ...secrets }
  return {
    version: 1,
    command: own.command,
    env: { ...spec.imageEnv, ...stepEnvironment({ run, step: spec.step, attempt, item, folders: CONTAINER, env }) },
    workingFolder: CONTAINER.code,
    outputs: { folder: CONTAINER.outputs, declared: spec.outputs },
    secrets: Object.values(secrets),
    timeoutMs: spec.timeoutMs,
    graceMs: spec.graceMs,
    ...(spec.tracking === undefined ? {} : { tracking: trackingOf(spec, spec.tracking, variables) }),
  }
}

/** Ids of its own, in whose place the core puts those of the run. */
function trackingOf(
  { step }: PodSpec,
  { experimentName }: NonNullable<PodSpec['tracking']>,
  { run, item }: PodVariables,
): RunnerTracking {
  const runName = item === null ? step : `${step}[${item}]`
  return { ...podTrackingIds({ run, step, item }), runName, experimentName, folder: CONTAINER.tracking }
}

function textOf(part: PodPart, producers: Producers, { run, each }: PodVariables): string {
  if (typeof part === 'string') return part
  if ('value' in part) return valueText(valueOf(producers.find(part.value)))
  if ('status' in part) return producers.status(part.status)
  return 'each' in part ? valueText(each.get(part.each) ?? null) : run
}

function makeFolders(): void {
  try {
    for (const folder of [CONTAINER.code, CONTAINER.inputs, CONTAINER.outputs, CONTAINER.home]) {
      mkdirSync(folder, { recursive: true })
    }
  } catch (error) {
    throw writeError(error, CONTAINER.root)
  }
}

const BROUGHT = 'a-'

/** What is placed needs no second copy, and a step sees its inputs alone. */
async function removeBrought(): Promise<void> {
  for (const name of readdirSync(CONTAINER.root)) {
    if (name.startsWith(BROUGHT)) await removeUnlessDenied(join(CONTAINER.root, name))
  }
}
