import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { removeTree } from '#core/files/index.ts'
import { untilEnd } from '#core/conformance/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Settings } from '#core/settings/index.ts'
import { privateEngines } from './conformance-engine.ts'

export type SmokeOptions = {
  readonly target: { readonly name: string; readonly profile: ClusterProfile }
  /** Of its own; gone afterwards. */
  readonly folder: string
  readonly settings: Settings
  readonly secrets: Pick<Secrets, 'read'>
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
  readonly onError: (error: unknown) => void
}

/** So long what was left may take to end. */
const LEFTOVER_MS = 30_000

/** One step writes a word into a file, the next reads the file, says the word and gives it as a value. */
function documentOf(word: string): string {
  const make = {
    command: ['sh', '-c', `printf %s ${word} > "$MINISUB_OUTPUTS/word"`],
    outputs: { word: { type: 'file' } },
  }
  const script =
    'cat "$MINISUB_INPUTS/word"; echo; printf %s "$(cat "$MINISUB_INPUTS/word")" > "$MINISUB_OUTPUTS/heard"'
  const read = {
    inputs: { word: '${{ steps.make.outputs.word }}' },
    command: ['sh', '-c', script],
    outputs: { heard: { type: 'string' } },
  }
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'smoke' } }
  return JSON.stringify({
    ...head,
    spec: { steps: { make, read }, outputs: { heard: '${{ steps.read.outputs.heard }}' } },
  })
}

/**
 * Plays a small pipeline on a cluster from a folder of its own, with an engine of its own, so that neither the run nor
 * the target is seen by anybody: an image is built here and pulled there, an artifact goes from one pod to the next, a
 * log is read. Throws Problem `cluster_unusable` where any of it fails, or the reason of the signal.
 */
export async function playSmoke(options: SmokeOptions): Promise<void> {
  const { folder, signal, onLine } = options
  await endLeftover(options)
  await removeTree(folder)
  const project = join(folder, 'project')
  await mkdir(project, { recursive: true })
  const word = `w${randomBytes(8).toString('hex')}`
  const file = join(project, 'pipeline.yaml')
  await writeFile(file, documentOf(word))
  try {
    await using engine = await openPrivate(options)
    const target = options.target.name
    const { id } = await engine.service.start({ file, target, cache: false, parameters: {} }, { signal, onLine })
    onLine('the run was sent')
    await ending(engine.service, id, signal)
    await checkRun(engine.service, id, word)
  } catch (error) {
    signal.throwIfAborted()
    if (!isProblem(error) || error.code === 'cluster_unusable') throw error
    throw new Problem('cluster_unusable', `a pipeline could not be run on it (${error.code}): ${error.message}`)
  } finally {
    await removeTree(folder)
  }
}

/** What an earlier one sent to the cluster, whose core was killed, ends and goes with its engine. */
async function endLeftover(options: SmokeOptions): Promise<void> {
  if (!existsSync(join(options.folder, 'home'))) return
  try {
    await using engine = await openPrivate(options)
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LEFTOVER_MS)])
    const runs = (['pending', 'running'] as const).flatMap((status) => engine.service.list({ status, limit: 10 }))
    for (const { id } of runs) {
      await engine.service.cancel(id, { force: true })
      await untilEnd(engine.service, id, signal)
    }
  } catch (error) {
    options.signal.throwIfAborted()
    options.onLine(`not all that an earlier try left could be removed: ${String(error)}`)
  }
}

function openPrivate({ target, folder, settings, secrets, onError }: SmokeOptions) {
  const at = new Date().toISOString()
  const view = { ...target, digest: '', createdAt: at, updatedAt: at }
  return privateEngines({ settings, onError, clusters: { clusterTargets: { list: () => [view] }, secrets } })(
    join(folder, 'home'),
  )
}

/** Waits for the end of a run; one that is given up is cancelled first. */
async function ending(service: PipelineService, run: string, signal: AbortSignal): Promise<void> {
  try {
    await untilEnd(service, run, signal)
  } catch (error) {
    await service.cancel(run, { force: true })
    await untilEnd(service, run, new AbortController().signal)
    throw error
  }
}

async function checkRun(service: PipelineService, run: string, word: string): Promise<void> {
  const { status, outputs } = service.show(run)
  const { lines } = await service.log({ run, step: 'read', item: null }, { from: 0, maxBytes: 65_536 })
  const log = lines.map(({ text }) => text)
  if (status !== 'succeeded') {
    const reasons = service
      .graph(run)
      .steps.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]))
    throw new Problem(
      'cluster_unusable',
      `a run on it ended as ${status} (${reasons.join('; ')}): see the log, and try again`,
    )
  }
  if (outputs?.['heard'] !== word || !log.includes(word)) {
    throw new Problem('cluster_unusable', `what a step wrote did not come to the next one: try again`)
  }
}
