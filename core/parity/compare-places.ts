import type { AttemptImage } from '#core/contract/events.ts'
import type { StepOutcome } from '#core/pipelines/index.ts'
import { namesOf, type Findings } from './findings.ts'
import type { StepRunPair } from './sides.ts'

/** Where a step ran, its items together: its images, and the limits that were not enforced. What differs is by design. */
export function comparePlaces(step: string, pairs: readonly StepRunPair[], findings: Findings): void {
  const [left, right] = [pairs.map(({ a }) => a), pairs.map(({ b }) => b)]
  if (!left.some(hasRun) || !right.some(hasRun)) return
  compareImages(step, { a: imagesOf(left), b: imagesOf(right) }, findings)
  compareLimits(step, { a: notEnforcedIn(left), b: notEnforcedIn(right) }, findings)
}

function hasRun({ attempts }: StepOutcome): boolean {
  return attempts > 0
}

/** The images of step runs, each once. */
export function imagesOf(outcomes: readonly StepOutcome[]): AttemptImage[] {
  const images = outcomes.flatMap(({ image }) => (image === null ? [] : [image]))
  return [...new Map(images.map((image) => [imageText(image), image])).values()]
}

function imageText({ digest, platform }: AttemptImage): string {
  return `${digest} ${platform}`
}

/** Limits that were not enforced in one of the step runs. */
export function notEnforcedIn(outcomes: readonly StepOutcome[]): string[] {
  return namesOf(
    outcomes.flatMap(({ notEnforced }) => notEnforced),
    [],
  )
}

type Two<Value> = { readonly a: readonly Value[]; readonly b: readonly Value[] }

function compareImages(step: string, { a, b }: Two<AttemptImage>, findings: Findings): void {
  findings.compared('images')
  const [one, other] = [a, b].map((images) => images.map(imageText).toSorted().join(', '))
  if (one === other) return
  const platforms = [a, b].map((images) =>
    String(
      namesOf(
        images.map(({ platform }) => platform),
        [],
      ),
    ),
  )
  const isOther = a.length > 0 && b.length > 0 && platforms[0] !== platforms[1]
  findings.note({
    aspect: 'images',
    step,
    a: one === '' ? null : (one ?? null),
    b: other === '' ? null : (other ?? null),
    words: isOther
      ? 'it ran on another platform, where floating-point numbers may come out otherwise'
      : a.length > 0 && b.length > 0
        ? 'it ran in another image of the same environment, by design'
        : 'it ran in an image in one run alone, by design',
  })
}

function compareLimits(step: string, { a, b }: Two<string>, findings: Findings): void {
  findings.compared('limits')
  const words = namesOf(a, b).map((limit) => {
    if (a.includes(limit) && b.includes(limit)) return `${limit} was enforced in neither run`
    return `${limit} was not enforced in the ${a.includes(limit) ? 'first' : 'second'} run`
  })
  if (words.length === 0) return
  const text = (limits: readonly string[]) =>
    limits.length === 0 ? 'all enforced' : `not enforced: ${limits.join(', ')}`
  findings.note({ aspect: 'limits', step, a: text(a), b: text(b), words: words.join(', ') })
}
