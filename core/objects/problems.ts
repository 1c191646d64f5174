import { Problem, isProblem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'

/** What is asked of a store, in words, and the rights of S3 that it needs. */
const ACTIONS = {
  read: ['reading objects', 's3:GetObject'],
  list: ['listing objects', 's3:ListBucket'],
  write: ['writing objects', 's3:PutObject'],
  copy: ['copying objects', 's3:GetObject and s3:PutObject'],
  delete: ['deleting objects', 's3:DeleteObject'],
  'list uploads': ['listing unfinished uploads', 's3:ListBucketMultipartUploads'],
  'list parts': ['listing the parts of an upload', 's3:ListMultipartUploadParts'],
  'abort upload': ['ending an upload', 's3:AbortMultipartUpload'],
} as const satisfies Record<string, readonly [string, string]>

export type Action = keyof typeof ACTIONS

export type Asked = {
  readonly action: Action
  readonly endpoint: string
  readonly bucket: string
  /** With its prefix; undefined where many are asked for. */
  readonly key?: string | undefined
}

const WRONG_CREDENTIALS = new Set(
  (
    'InvalidAccessKeyId SignatureDoesNotMatch ExpiredToken InvalidToken TokenRefreshRequired XAdminUserNotFound ' +
    'InvalidSecurity AuthFailure CredentialsProviderError'
  ).split(' '),
)
const UNREACHABLE = new Set(
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ERR_STREAM_PREMATURE_CLOSE'.split(
    ' ',
  ),
)
const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN'])
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_OSSL|EPROTO$|HPE_)/
const OTHER_REGION = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
])

/** The code that the store gave, such as `NoSuchUpload`, of an error of the library or of the Problem made of it. */
export function storeCode(error: unknown): string | undefined {
  if (isProblem(error)) return error.cause === undefined ? undefined : storeCode(error.cause)
  return error instanceof Error ? error.name : undefined
}

/** The HTTP status of the store's answer; undefined where none came. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  return (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode
}

/** Whether other credentials could help. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error)
  return status === 401 || status === 403 || WRONG_CREDENTIALS.has(storeCode(error) ?? '')
}

/** Whether a stream of bytes broke, so that it may be taken up again. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error) || isProblem(error)) return false
  return UNREACHABLE.has(systemCode(error) ?? '') || error.name === 'TimeoutError'
}

/** Whether it is the Problem of a connection that was cut from the other side. */
export function isCut(error: unknown): boolean {
  const code = isProblem(error) ? systemCode(error.cause) : undefined
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** The Problem that an error of the library stands for; the error itself where it stands for none. */
export function storeProblem(error: unknown, asked: Asked): unknown {
  if (!(error instanceof Error) || isProblem(error)) return error
  const made = withoutAnswer(error, asked) ?? refusal(error, asked) ?? missing(error, asked) ?? otherwise(error, asked)
  return made === undefined ? error : new Problem(made[0], made[1], { cause: error })
}

type Made = readonly [ConstructorParameters<typeof Problem>[0], string]

function withoutAnswer(error: Error, { endpoint }: Asked): Made | undefined {
  const [code, status] = [systemCode(error) ?? '', statusOf(error)]
  const made = (why: string, fix: string): Made => [
    'store_unreachable',
    `the artifact store at ${endpoint} ${why}: ${fix}`,
  ]
  if (NO_NAME.has(code)) return made('has a name that no address is known for', 'check the endpoint and the network')
  if (TLS.test(code)) {
    const fix = 'check http or https in the endpoint; a certificate of your own goes into NODE_EXTRA_CA_CERTS'
    return made(`cannot be talked to (${error.message})`, fix)
  }
  if (UNREACHABLE.has(code) || (error.name === 'TimeoutError' && status === undefined)) {
    return made(
      `does not answer (${code === '' ? 'no connection in time' : code})`,
      'check the endpoint and the network, then try again',
    )
  }
  if (status === 429 || (status !== undefined && status >= 500 && status !== 501 && status !== 507)) {
    return made(`answered ${status} ${error.name} several times`, 'it is overloaded or at fault; try again later')
  }
  return undefined
}

function refusal(error: Error, { action, endpoint, bucket, key }: Asked): Made | undefined {
  const code = storeCode(error) ?? ''
  if (code === 'RequestTimeTooSkewed') {
    return ['store_denied', `the artifact store at ${endpoint} refuses the time of this machine: set its clock right`]
  }
  if (!isRefusal(error)) return undefined
  if (WRONG_CREDENTIALS.has(code)) {
    const fix = 'set the secrets that the target names as access key and secret key anew'
    return ['store_denied', `the artifact store at ${endpoint} refused the credentials (${code}): ${fix}`]
  }
  const [words, right] = ACTIONS[action]
  const where = key === undefined ? `in the bucket ${bucket}` : `in the bucket ${bucket} (${key})`
  const fix = `give the user of the access key the right ${right}, see docs/artifact-store.md`
  return ['store_denied', `the artifact store at ${endpoint} denied ${words} ${where}: ${fix}`]
}

function missing(error: Error, { action, endpoint, bucket, key }: Asked): Made | undefined {
  if (storeCode(error) === 'NoSuchBucket') {
    const fix = 'make it, or name another one in the target'
    return ['store_missing', `the artifact store at ${endpoint} has no bucket ${bucket}: ${fix}`]
  }
  // A store that has the bucket takes a new object: who answers so is another server.
  if (statusOf(error) !== 404 || key === undefined || action === 'write') return undefined
  return ['not_found', `the bucket ${bucket} has no object ${key}: it was removed, or was never written`]
}

function otherwise(error: Error, { action, endpoint, bucket, key }: Asked): Made | undefined {
  const status = statusOf(error)
  if (status === undefined) return undefined
  if (OTHER_REGION.has(error.name) || (status >= 300 && status < 400)) {
    const fix = 'set the region and the endpoint of the target as the store names them'
    return ['store_refused', `the bucket ${bucket} is not at ${endpoint} in this region (${error.message}): ${fix}`]
  }
  if (status === 412) {
    return ['conflict', `the object ${key ?? ''} of the bucket ${bucket} was replaced while it was read: read it again`]
  }
  // The library cannot read what it got, and says so in words for programmers.
  const isOther = status === 200 || error.message.includes('Deserialization error')
  const said = isOther ? 'what answers there is no S3 store' : `${status} ${error.name}, ${error.message}`
  const fix = 'check the endpoint, the path style and what the store supports'
  return [
    'store_refused',
    `the artifact store at ${endpoint} failed at ${ACTIONS[action][0]} in ${bucket} (${said}): ${fix}`,
  ]
}
