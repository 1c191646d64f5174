/** A package as a lock pins it. */
export type Pinned = { readonly name: string; readonly version: string }

/** Name and version of `scikit-learn==1.5.2`; what is pinned otherwise stays whole. */
export function pinnedOf(text: string): Pinned {
  const at = text.indexOf('==')
  return at < 0 ? { name: text, version: '' } : { name: text.slice(0, at), version: text.slice(at + 2) }
}

/** Those in whose name or version all words of a search occur. */
export function findPackages(packages: readonly string[], search: string): readonly Pinned[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return packages.filter((text) => words.every((word) => text.toLowerCase().includes(word))).map(pinnedOf)
}
