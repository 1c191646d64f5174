import { z } from 'zod'
import { Problem, isProblem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'

/** Failed handshakes; the server's alerts about our certificate are apart. */
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_OSSL|EPROTO$)/
const CERTIFICATE_ALERT = /^ERR_SSL_.*ALERT.*(CERT|UNKNOWN_CA|ACCESS_DENIED)/
const CUT = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/

/** Whether an error says that a connection, which may have been kept for long, was cut. */
export function isCut(error: unknown): boolean {
  return CUT.test(systemCode(error) ?? '')
}

/** Problem `cluster_unreachable`. `where` is the cluster as people know it. */
export function unreachable(where: string, reason: string, cause?: unknown): Problem {
  const fix = 'check the address in the kubeconfig, the network and a VPN, then try again'
  return new Problem('cluster_unreachable', `${where} does not answer (${reason}): ${fix}`, { cause })
}

/**
 * The Problem that a failed connection stands for: `cluster_unreachable`, or `cluster_unauthorized` for its certificate.
 * Throws what has no code: it comes from no connection but is a bug.
 */
export function connectionProblem(error: unknown, where: string): Problem {
  if (isProblem(error)) return error
  const code = systemCode(error)
  if (code === undefined) throw error
  const reason = reasonOf(error)
  if (CERTIFICATE_ALERT.test(code)) return unauthorized(where, `it refuses the client certificate: ${reason}`, error)
  if (!TLS.test(code)) return unreachable(where, reason, error)
  const fix = 'check certificate-authority and tls-server-name of the cluster in the kubeconfig, and the proxy'
  return new Problem('cluster_unreachable', `TLS with ${where} failed (${reason}): ${fix}`, { cause: error })
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  return error instanceof Error && error.message !== '' ? error.message : (systemCode(error) ?? String(error))
}

/** Problem `cluster_unauthorized`. */
function unauthorized(where: string, words: string, cause?: unknown): Problem {
  const fix = 'log in to the cluster again or renew the credentials in the kubeconfig'
  return new Problem('cluster_unauthorized', `${where} does not accept the credentials (${words}): ${fix}`, { cause })
}

/** 410 Gone: what was asked for lies too far back. */
export class Expired extends Problem {}

const Status = z.object({ kind: z.literal('Status'), message: z.string().catch(''), reason: z.string().catch('') })

/** What the server itself says of a refusal: the message of its Status, else the beginning of its text. */
function wordsOf(status: number, text: string): string {
  try {
    const parsed = Status.safeParse(JSON.parse(text))
    if (parsed.success && parsed.data.message !== '') return parsed.data.message
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const plain = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
  return plain.trim() === '' ? `status ${status}` : `status ${status}, ${plain.trim().slice(0, 300)}`
}

/** The API server has no words for it. */
const NO_KIND = 'it knows no objects of that kind'

/** The Problem that an answer with an error status stands for; 401 and 429 as if they had been tried again. */
export function statusProblem(status: number, text: string, where: string): Problem {
  const words = wordsOf(status, text)
  switch (status) {
    case 401:
      return unauthorized(where, words)
    case 403:
      return forbidden(words, where)
    case 404:
      return new Problem('not_found', `not found in ${where}: ${/404 page not found/.test(words) ? NO_KIND : words}`)
    case 409:
      return new Problem('conflict', `${where} has a conflict: ${words}`)
    case 410:
      return new Expired('cluster_refused', `${where} refuses: ${words}`)
    case 429:
    case 502:
    case 503:
    case 504:
      return unreachable(where, words)
    default:
      return new Problem('cluster_refused', `${where} refuses: ${words}`)
  }
}

/** As the authorisers of the API server put it; quotas, limit ranges and security levels use 403 too, in other words. */
const RIGHT =
  /[Uu]ser "(.*?)" cannot (\S+) (?:path|resource) "(.*?)"(?: in API group "(.*?)")?(?: in the namespace "(.*?)")?/

function forbidden(words: string, where: string): Problem {
  const [, user = '', verb = '', resource = '', group = '', namespace] = RIGHT.exec(words) ?? []
  if (verb === '') return new Problem('cluster_refused', `${where} refuses: ${words}`)
  const what = group === '' ? resource : `${resource}.${group}`
  const place = namespace === undefined ? '' : ` in the namespace ${namespace}`
  const fix = `ask for a role that lets ${user} do that`
  return new Problem('cluster_forbidden', `${where} lacks the right to ${verb} ${what}${place}: ${fix}`, {
    details: words,
  })
}
