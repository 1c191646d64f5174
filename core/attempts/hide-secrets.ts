export type Hide = (text: string) => string

/** Shorter pieces stand in ordinary text by chance, and hiding them would tell more than it hides. */
const SHORTEST = 4

/** Replaces every secret in a line of a log by `***`; of one with several lines, each line. */
export function hideSecrets(secrets: readonly string[]): Hide {
  const pieces = secrets.flatMap((secret) => secret.split(/\r?\n/)).filter((piece) => piece.length >= SHORTEST)
  // The longest first: one secret may be part of another.
  const ordered = [...new Set(pieces)].toSorted((a, b) => b.length - a.length)
  if (ordered.length === 0) return (text) => text
  return (text) => ordered.reduce((shown, piece) => shown.replaceAll(piece, '***'), text)
}
