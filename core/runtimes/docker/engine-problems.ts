import { Problem, isProblem } from '../../base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { EngineAddress } from './engine-address.ts'

/** Status of an answer of the engine that was an error; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** What the engine itself says of an error, without the frame that docker-modem puts around it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const json = 'json' in error ? error.json : undefined
  if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message).trim()
  return error.message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim()
}

const UNREACHABLE = new Set(
  (
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ENOTSOCK EHOSTDOWN ' +
    'ESSH ERR_STREAM_PREMATURE_CLOSE HPE_INVALID_CONSTANT'
  ).split(' '),
)
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_OSSL|EPROTO$)/

/** Whether it was the connection that failed so: a file of this machine can fail with the same codes. */
function isOfSocket(error: unknown, codes: readonly string[]): boolean {
  return (
    codes.includes(systemCode(error) ?? '') &&
    error instanceof Error &&
    'syscall' in error &&
    error.syscall === 'connect'
  )
}

/** Whether an error says that nobody answered, so that the engine may be found again later. */
export function isUnreachable(error: unknown): boolean {
  const code = systemCode(error) ?? ''
  return (
    UNREACHABLE.has(code) || isOfSocket(error, ['ENOENT']) || (isProblem(error) && error.code === 'engine_unavailable')
  )
}

/** The Problem that an error of a call to the engine stands for; the error itself where it stands for none. */
export function engineProblem(error: unknown, address: EngineAddress | undefined): unknown {
  if (isProblem(error) || !(error instanceof Error)) return error
  const code = systemCode(error) ?? ''
  const where = address === undefined ? 'the container engine' : `the container engine at ${addressText(address)}`
  if (TLS.test(code) || /HTTP request to an HTTPS server/.test(error.message)) return tlsProblem(error, where)
  if (isOfSocket(error, ['EACCES', 'EPERM'])) return forbidden(error, where)
  if (isUnreachable(error)) return unavailable(error, where, address)
  if (statusOf(error) === 401 || statusOf(error) === 403) {
    const message = `${where} refuses the call (${reasonOf(error)}): use an account that may start containers`
    return new Problem('engine_forbidden', message, { cause: error })
  }
  if (/no space left on device|disk quota exceeded/i.test(error.message)) {
    const fix = 'free space there (docker system df shows what takes it), then run again'
    return new Problem('disk_full', `the disk of ${where} is full: ${fix}`, { cause: error })
  }
  return error
}

/** An address with what named it, as people see it. */
export function addressText({ text, from }: EngineAddress): string {
  return from === undefined ? text : `${text} (from ${from})`
}

/** Where no engine was named, and no socket of the usual places is there. */
export function noEngine(): Problem {
  const tried = 'DOCKER_HOST, the Docker context and the usual sockets of Docker and Podman were looked at'
  const fix = 'start Docker or Podman, or name its address with "minisub settings set docker.host ADDRESS"'
  return new Problem('engine_unavailable', `no container engine was found (${tried}): ${fix}`)
}

function forbidden(cause: Error, where: string): Problem {
  const fix =
    'add yourself to the group that owns it (usermod -aG docker $USER) and log in again, or run Docker rootless'
  return new Problem('engine_forbidden', `you may not use ${where}: ${fix}`, { cause })
}

function tlsProblem(cause: Error, where: string): Problem {
  const fix = 'set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem that fit it'
  return new Problem('engine_unavailable', `TLS with ${where} failed (${cause.message}): ${fix}`, { cause })
}

function unavailable(cause: Error, where: string, address: EngineAddress | undefined): Problem {
  const message = `${where} does not answer (${cause.message}): ${fixOf(address)}`
  return new Problem('engine_unavailable', message, { cause })
}

function fixOf(address: EngineAddress | undefined): string {
  if (address?.from === undefined) return 'start Docker (or Podman), then run again'
  return `start it, or correct ${address.from}`
}
