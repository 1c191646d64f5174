/** One requirement: nothing but a pinned package of an index with its hashes, so that no option and no path gets in. */
const REQUIREMENT =
  /^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,._ -]*\])?===?[A-Za-z0-9.!+_-]+( ; ((?! --)[\w .,<>=!~*()'"+-])+)?( --hash=sha256:[0-9a-f]{64})+$/

/** `name==version` of every locked package, without markers and hashes. */
export function packageVersions(requirements: readonly string[]): string[] {
  return [...new Set(requirements.map((requirement) => requirement.split(' ', 1)[0] ?? ''))]
}

/** Whether a line is a pinned package of an index with sha256 hashes, and nothing else. */
export function isRequirement(line: string): boolean {
  return REQUIREMENT.test(line)
}
