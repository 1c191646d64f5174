import type * as Sdk from '@aws-sdk/client-s3'
import type { ObjectStoreOptions } from './contract.ts'
import { isRefusal, storeProblem, type Action } from './problems.ts'
import { patientRetries } from './retries.ts'

const CONNECT_MS = 3_000
/** A connection on which nothing moves for so long is given up. */
const SILENT_MS = 60_000

export type Session = {
  readonly sdk: typeof Sdk
  readonly client: Sdk.S3Client
  readonly credentials: Credentials
}
type Credentials = Awaited<ReturnType<ObjectStoreOptions['credentials']>>

export type Call = {
  readonly action: Action
  /** Without the prefix of the store. */
  readonly key?: string
  readonly signal?: AbortSignal | undefined
}

/** What the parts of a store share: the library, a client, and the way from its errors to Problems. */
export type Connection = AsyncDisposable & {
  readonly endpoint: string
  readonly bucket: string
  /** The key as the bucket has it, with the prefix of the store. */
  fullKey(key: string): string
  shortKey(fullKey: string): string
  /** Where the library wants bucket and key. */
  at(key: string): { readonly Bucket: string; readonly Key: string }
  /**
   * Asks the store. Credentials that it refuses are asked for once more. Throws a Problem, or the reason of the signal,
   * which `work` gets as it is to be passed on.
   */
  run<T>(call: Call, work: (session: Session, pass: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T>
}

/** Nothing is loaded, asked for or connected before the first call. */
export function openConnection(options: ObjectStoreOptions): Connection {
  const { endpoint, bucket, prefix } = options
  const closing = new AbortController()
  const sessions = openSessions(options)
  return {
    endpoint,
    bucket,
    fullKey: (key) => prefix + key,
    shortKey: (key) => key.slice(prefix.length),
    at: (key) => ({ Bucket: bucket, Key: prefix + key }),
    async run({ action, key, signal }, work) {
      const abortSignal = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      abortSignal.throwIfAborted()
      try {
        return await sessions.run((session) => work(session, { abortSignal }))
      } catch (error) {
        abortSignal.throwIfAborted()
        throw storeProblem(error, { action, endpoint, bucket, key: key === undefined ? undefined : prefix + key })
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the artifact store was closed'))
      await sessions.close()
    },
  }
}

type Sessions = {
  run<T>(attempt: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

function openSessions(options: ObjectStoreOptions): Sessions {
  const opened: Session[] = []
  let current: Promise<Session> | undefined
  const remember = (opening: Promise<Session>): Promise<Session> => {
    current = opening
    opening.then(
      (session) => opened.push(session),
      () => (current === opening ? (current = undefined) : undefined),
    )
    return opening
  }
  return {
    async run(attempt) {
      const used = current ?? remember(newSession(options))
      const session = await used
      try {
        return await attempt(session)
      } catch (error) {
        if (!isRefusal(error)) throw error
        // of several calls that were refused together, the first one asks
        const renewed = await (current === used || current === undefined
          ? remember(newSession(options, session))
          : current)
        if (renewed === session) throw error
        return attempt(renewed)
      }
    },
    close: async () => opened.forEach(({ client }) => client.destroy()),
  }
}

/** Asks for the credentials; the last session where they are those that it has. */
async function newSession(options: ObjectStoreOptions, last?: Session): Promise<Session> {
  const [sdk, credentials] = await Promise.all([import('@aws-sdk/client-s3'), options.credentials()])
  if (last !== undefined && isSame(last.credentials, credentials)) return last
  return { sdk, client: new sdk.S3Client(clientConfig(options, credentials)), credentials }
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.accessKey === b.accessKey && a.secretKey === b.secretKey
}

function clientConfig(
  { endpoint, region, pathStyle }: ObjectStoreOptions,
  { accessKey, secretKey }: Credentials,
): Sdk.S3ClientConfig {
  return {
    endpoint,
    region,
    forcePathStyle: pathStyle,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    retryStrategy: patientRetries(),
    // what the variables and files of Amazon's tools say is for Amazon's tools
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    // stores that are not Amazon's know no checksums but MD5 and those of the signature
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
  }
}
