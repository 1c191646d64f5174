import { Problem } from '#core/base/problem.ts'

/** What an installer was asked and what it said when it failed. */
type Failure = {
  /** What was tried, as the start of a sentence: `The environment could not be built`. */
  readonly what: string
  /** Last lines of the installer. */
  readonly output: string
  /** Requirements as they were asked. */
  readonly asked: readonly string[]
}

const NETWORK =
  /NewConnectionError|ConnectTimeoutError|ReadTimeoutError|NameResolutionError|ProxyError|MaxRetryError|connection broken by|error sending request|tcp connect error|dns error|failed to lookup address|connection refused|network is unreachable|no route to host|operation timed out|connection timed out|connection reset/i
const CERTIFICATE = /invalid peer certificate|certificate verify failed|CERTIFICATE_VERIFY_FAILED|UnknownIssuer/
const DISK_FULL = /no space left on device|disk quota exceeded/i
const HASHES = /hash mismatch for [`']?([\w.-]+)|PACKAGES DO NOT MATCH THE HASHES/i
/** pip names the package below what it says. */
const HASHES_OF = /([\w.-]+)==\S+ from [^\n]*:\s*Expected sha256/
const NOT_BUILT = /failed to build `?([\w.-]+)|Failed building wheel for ([\w.-]+)/i
const UNAVAILABLE = [
  /Because ([\w.-]+)(?:\[[^\]]*\]|\{[^}]*\})?(?:==\S+)? was not found/i,
  /Because there (?:is|are) no versions? of ([\w.-]+)/i,
  /Because only ([\w.-]+)/i,
  /Because ([\w.-]+)==\S+ has no wheels/i,
  /Because .*?\band ([\w.-]+)[<>=!~]=?\S+ depends on Python/i,
  /No matching distribution found for ([\w.-]+)/i,
  /Could not find a version that satisfies the requirement ([\w.-]+)/i,
  /Distribution `([\w.-]+)==\S+ @ [^`]*` can't be installed/i,
  /Because ([\w.-]+)/,
]
const NO_SOLUTION = /No solution found|ResolutionImpossible|ResolutionTooDeep/i

/** The Problem that an installer's words stand for; its reason is in the details. */
export function explainFailure(failure: Failure): Problem {
  const { what, output } = failure
  const extra = { details: output }
  if (DISK_FULL.test(output)) {
    return new Problem('disk_full', `${what}: the disk is full. Free some space and try again.`, extra)
  }
  if (CERTIFICATE.test(output)) {
    const message = `${what}: the certificate of the package index is not trusted. Name your certificates in pip's option cert or in SSL_CERT_FILE.`
    return new Problem('network_unavailable', message, extra)
  }
  if (NETWORK.test(output)) {
    const message = `${what}: the package index cannot be reached${address(output)}. Look at the network, the proxy and pip's index-url, then try again.`
    return new Problem('network_unavailable', message, extra)
  }
  return explainPackage(failure)
}

function explainPackage({ what, output, asked }: Failure): Problem {
  const extra = { details: output }
  const hashes = HASHES.exec(output)
  if (hashes !== null) {
    const name = hashes[1] ?? HASHES_OF.exec(output)?.[1] ?? 'a package'
    const message = `${what}: ${name} is not the file whose hash is in the lock. Lock again if the index is to be trusted.`
    return new Problem('environment_failed', message, extra)
  }
  const built = NOT_BUILT.exec(output)
  if (built !== null) {
    const message = `${what}: ${built[1] ?? built[2] ?? 'a package'} has no ready wheel and does not build here. Choose another version, or install what its build needs.`
    return new Problem('environment_failed', message, extra)
  }
  const name = unavailable(output)
  if (name !== undefined) {
    const wanted = asked.find((requirement) => nameOf(requirement) === normalise(name)) ?? name
    const message = `${what}: the package ${wanted} cannot be had in a version that fits. Look at its name, its version and what the other packages ask of it.`
    return new Problem('package_unavailable', message, extra)
  }
  if (NO_SOLUTION.test(output)) {
    const message = `${what}: no versions of ${asked.join(', ')} fit together. Widen a bound.`
    return new Problem('package_unavailable', message, extra)
  }
  const last = output.trim().split('\n').at(-1) ?? ''
  return new Problem('environment_failed', `${what}: ${last === '' ? 'the installer failed' : last}`, extra)
}

function unavailable(output: string): string | undefined {
  const text = output.replaceAll(/\s+/g, ' ')
  for (const pattern of UNAVAILABLE) {
    const name = pattern.exec(text)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}

/** Where it was tried to reach, without the path. */
function address(output: string): string {
  const match = /https?:\/\/([^/\s'")]+)/.exec(output) ?? /host='([^']+)', port/.exec(output)
  return match === null ? '' : ` (${match[1]?.replace('***@', '') ?? ''})`
}

function nameOf(requirement: string): string {
  return normalise(/^[\w.-]+/.exec(requirement)?.[0] ?? '')
}

/** Names of packages are equal where letters are, whatever the case and the separators. */
function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
