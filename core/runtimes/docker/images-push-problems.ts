import { Problem } from '#core/base/problem.ts'

const NETWORK =
  /dial tcp|no such host|i\/o timeout|connection re(fused|set)|broken pipe|Client\.Timeout|TLS handshake|proxyconnect|context deadline exceeded|\bEOF\b|server misbehaving|network is unreachable|no route to host|HTTP status: (?:5|429)|fetch failed|toomanyrequests|too many requests|rate limit/i
const PLAIN = /server gave HTTP response to HTTPS client|wrong version number|packet length too long/i
const CERTIFICATE = /x509|certificate|self.signed/i
const LOGIN = /unauthori[sz]ed|authentication required|no basic auth credentials|\b401\b|incorrect username/i
const MISSING = /name unknown|repository .*not (exist|found)|project .*not (exist|found)|\b404\b/i

type About = { readonly reference: string; readonly host: string; readonly cause?: unknown }

/**
 * The Problem that the words of an engine or a registry stand for when an image was to be pushed there, or asked for of
 * the registry that images of a cluster are pushed to.
 */
export function pushProblem(words: string, about: About): Problem {
  const { host, reference, cause } = about
  const extra = { details: words, cause }
  const line = firstLine(words)
  if (PLAIN.test(words)) {
    const fix = `let the engine treat it so ("insecure-registries": ["${host}"] in its configuration), or give it a certificate`
    return new Problem('registry_unreachable', `the registry ${host} speaks http and not https: ${fix}`, extra)
  }
  if (CERTIFICATE.test(words)) {
    const fix = 'have this machine and the container engine trust the authority that signed it'
    return new Problem(
      'registry_unreachable',
      `the certificate of the registry ${host} is not trusted (${line}): ${fix}`,
      extra,
    )
  }
  if (NETWORK.test(words)) {
    const fix = 'look at its address in the target, the network and the proxy, then try again'
    return new Problem('registry_unreachable', `the registry ${host} cannot be reached (${line}): ${fix}`, extra)
  }
  const login = `docker login${host === 'docker.io' ? '' : ` ${host}`}`
  if (LOGIN.test(words)) {
    const fix = `run "${login}" with an account that may push there`
    return new Problem('registry_denied', `the registry ${host} asks for a login for ${reference}: ${fix}`, extra)
  }
  const fix = MISSING.test(words)
    ? 'make that repository there, or correct the registry of the target'
    : `log in with an account that may push there ("${login}"), or name another registry in the target`
  return new Problem('registry_denied', `the registry ${host} does not take ${reference} (${line}): ${fix}`, extra)
}

/** Without the status that docker-modem puts in front. */
function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.replace(/^\(HTTP code \d+\) [^-]*- /, '').slice(0, 300)
}
