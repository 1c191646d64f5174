import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { PortabilityFinding } from '#core/contract/plan.ts'
import { stepsWithout, type ImageVariables } from './given.ts'
import type { Named } from './search.ts'
import { wordsFor, wordsForTemporary } from './words.ts'

/** Something that a line names, and the steps that use the line. */
export type Place = {
  readonly kind: Named['kind']
  readonly text: string
  readonly file: string
  readonly line: number
  readonly users: readonly string[]
}

type Around = { readonly definition: PipelineDefinition; readonly images: ImageVariables }

/** What is worth a warning: by file, the document first, and line. */
export function findingsOf(places: readonly Place[], around: Around): PortabilityFinding[] {
  const all = Object.values(around.definition.steps).filter(({ kind }) => kind === 'command').length
  const shared = sharedTemporaries(places)
  return places
    .flatMap((place) => findingOf(place, shared, around))
    .map((finding) => (finding.steps.length === all ? { ...finding, steps: [] } : finding))
    .toSorted((a, b) => rank(a) - rank(b) || compare(a.file, b.file) || a.line - b.line)
}

function findingOf(place: Place, shared: ReadonlyMap<string, string[]>, around: Around): PortabilityFinding[] {
  const { kind, text, file, line, users } = place
  if (kind === 'temporary_path') {
    const steps = shared.get(text)
    if (steps === undefined) return []
    return [{ kind: 'host_path', text, file, line, steps: [...users], ...wordsForTemporary(text, steps) }]
  }
  const steps = kind === 'environment_variable' ? stepsWithout(text, users, around) : [...users]
  if (steps.length === 0) return []
  return [{ kind, text, file, line, steps, ...wordsFor(kind, text, steps) }]
}

/**
 * Paths below `/tmp` that go from one step to another, with the steps: they stand in places which different steps use, or in
 * a file of several. What the document says for all steps is of each its own.
 */
function sharedTemporaries(places: readonly Place[]): Map<string, string[]> {
  const temporaries = places.filter(({ kind }) => kind === 'temporary_path')
  const byText = [...Map.groupBy(temporaries, ({ text }) => text)]
  return new Map(
    byText.flatMap(([text, all]) => {
      const sets = new Set(all.map(({ users }) => users.join(' ')))
      const isOfSeveral = all.some(({ file, users }) => file !== 'pipeline' && users.length > 1)
      return sets.size < 2 && !isOfSeveral ? [] : [[text, [...new Set(all.flatMap(({ users }) => users))]] as const]
    }),
  )
}

function rank({ file }: PortabilityFinding): number {
  return file === 'pipeline' ? 0 : 1
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
