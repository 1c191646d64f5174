import { Problem } from '#core/base/problem.ts'

/** The kernel takes 128 KiB an argument; what is above this must be read as a file. */
const MAX_TEXT_BYTES = 96 * 1024

/** Command and own variables of a step, each text in parts. */
export type TextParts<Part> = {
  readonly command: readonly (readonly Part[])[]
  readonly env: Iterable<readonly [string, readonly Part[]]>
}

/** The same with everything filled in. */
export type ResolvedTexts = { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }

/**
 * Fills in all parts. Throws Problem `value_too_large` for a text that no argument or variable can be, and what `textOf`
 * throws.
 */
export function resolveTexts<Part>({ command, env }: TextParts<Part>, textOf: (part: Part) => string): ResolvedTexts {
  const own = [...env].map(([key, parts]) => [key, joined(parts.map(textOf), `env ${key}`)] as const)
  return {
    command: command.map((parts, i) => joined(parts.map(textOf), i === 0 ? 'the program' : `argument ${i}`)),
    env: Object.fromEntries(own),
  }
}

function joined(texts: readonly string[], where: string): string {
  const text = texts.join('')
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_TEXT_BYTES) {
    const message = `${where} would be ${Math.ceil(bytes / 1024)} KiB long, at most 96 KiB fit: read the value as a file through inputs`
    throw new Problem('value_too_large', message)
  }
  if (!text.includes('\0')) return text
  const message = `${where} holds a NUL character, which no argument can: read the value as a file through inputs`
  throw new Problem('value_too_large', message)
}
