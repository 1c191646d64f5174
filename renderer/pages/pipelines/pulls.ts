import { pulledLine, readPullLine } from '#core/contract/pull-line.ts'

/** An image that is on its way. */
type Pull = { readonly name: string; readonly doneBytes: number; readonly totalBytes: number }

/** The images that lines of progress say are on their way, and not yet there. */
export function pullsOf(lines: readonly string[]): readonly Pull[] {
  const pulls = lines.flatMap((line) => readPullLine(line) ?? [])
  return pulls
    .filter(({ image }) => !lines.includes(pulledLine(image)))
    .map(({ image, ...bytes }) => ({ name: image, ...bytes }))
}
