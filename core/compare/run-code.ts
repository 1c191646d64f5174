import type { TrackedRunView } from '#core/contract/tracking.ts'
import type { Provenance } from '#core/pipelines/index.ts'
import type { Values } from './lines.ts'
import type { PipelineOrigin } from './tracked-origin.ts'

/** The code that a run was made with: its files by path with their sha256. */
export type RunCode = { readonly source: string | null; readonly files: Values<string> }

/** The snapshot of a pipeline's run, or the git commit that a program told of, whose files are not known here. */
export function codeOf(run: TrackedRunView, origin: PipelineOrigin | undefined): RunCode {
  if (origin?.provenance !== undefined) {
    const { code, run: id } = origin.provenance
    return { source: `snapshot of ${id}`, files: snapshotFiles(code) }
  }
  const commit = run.tags['mlflow.source.git.commit']
  return { source: commit === undefined ? null : `git ${commit}`, files: new Map() }
}

/** Files and links of a snapshot by their paths: `<sha256>`, `<sha256> x` where they may be executed, `-> <target>`. */
export function snapshotFiles({ files, links }: Provenance['code']): Values<string> {
  return new Map([
    ...files.map((file) => [file.path, `${file.sha256}${file.executable ? ' x' : ''}`] as const),
    ...links.map((link) => [link.path, `-> ${link.target}`] as const),
  ])
}

/** The data that a run read, by name with its digest: inputs of a pipeline's step, and datasets that were logged. */
export function dataOf(
  run: TrackedRunView,
  origin: PipelineOrigin | undefined,
): (readonly [name: string, digest: string])[] {
  const inputs = Object.entries(origin?.provenance?.inputs ?? {}).map(([name, { from, digest }]) => {
    const place = from === null ? '' : ` of ${from.step}.${from.output}`
    return [name, digest ?? `not yet there${place}`] as const
  })
  return [...inputs, ...run.datasets.map(datasetPair)]
}

/** `iris (train)` and its digest. */
export function datasetPair({
  name,
  digest,
  context,
}: TrackedRunView['datasets'][number]): readonly [name: string, digest: string] {
  return [context === null ? name : `${name} (${context})`, digest]
}
