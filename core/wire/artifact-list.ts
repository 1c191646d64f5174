/** A file or folder among artifacts. */
export type ListedArtifact =
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string; readonly size: number }

/** Entries of a folder of artifacts as they stand in an answer; no member where there are none. */
export function listedShape(
  entries: readonly ListedArtifact[],
  folder: string,
): { readonly files?: readonly object[] } {
  if (entries.length === 0) return {}
  const prefix = folder === '' ? '' : `${folder}/`
  return {
    files: entries.map((entry) => ({
      path: `${prefix}${entry.name}`,
      is_dir: entry.kind === 'folder',
      ...(entry.kind === 'file' ? { file_size: entry.size } : {}),
    })),
  }
}
