/** Two versions to compare, as the address has them. */
export type Chosen = { readonly left?: string | undefined; readonly right?: string | undefined }

/** What is chosen once a version is clicked: one that was chosen goes, and of three the one chosen first goes. */
export function choose({ left, right }: Chosen, version: string): Chosen {
  const chosen = [left, right].filter((it) => it !== undefined)
  const next = chosen.includes(version) ? chosen.filter((it) => it !== version) : [...chosen, version].slice(-2)
  return { left: next[0], right: next[1] }
}

/** The older first, so that the comparison reads from before to after; undefined until there are two. */
export function inOrder({ left, right }: Chosen): { readonly left: string; readonly right: string } | undefined {
  if (left === undefined || right === undefined) return undefined
  return Number(left) > Number(right) ? { left: right, right: left } : { left, right }
}
