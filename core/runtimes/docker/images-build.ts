import { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import type { ImageBuildOptions } from 'dockerode'
import { Problem } from '#core/base/problem.ts'
import type { BuildOptions } from '#core/runtimes/images.ts'
import type { DockerEngine } from './engine.ts'
import { reasonOf, statusOf } from './engine-problems.ts'
import { allCredentials } from './images-credentials.ts'
import { engineMessages, type EngineMessage } from './images-json-lines.ts'
import { imageProblem, isAboutImages } from './images-problems.ts'

/** So many lines of a failed build's log are kept. */
const KEPT_LINES = 200

/**
 * Has the engine build an image by its own builder; resolves to its id. Throws Problem `environment_failed`, which names
 * the step of the Dockerfile, or those of a base image that cannot be had; rejects with the signal's reason when it
 * aborts, and the engine then kills what it runs.
 */
export async function buildImage(engine: DockerEngine, options: BuildOptions): Promise<string> {
  const { signal } = options
  signal?.throwIfAborted()
  const log = new BuildLog(options.onLine)
  const context = Readable.from(options.context, { objectMode: false })
  try {
    const client = await engine.streams()
    const stream = await client.buildImage(context, await settingsOf(options))
    return await followBuild(stream, log)
  } catch (error) {
    signal?.throwIfAborted()
    throw statusOf(error) === undefined ? engine.asProblem(error) : log.problem(reasonOf(error))
  } finally {
    context.destroy()
  }
}

async function settingsOf({
  tag,
  dockerfile,
  labels,
  args,
  network,
  platform,
  signal,
}: BuildOptions): Promise<ImageBuildOptions> {
  return {
    version: '1',
    rm: true,
    forcerm: true,
    t: tag,
    dockerfile,
    labels: { ...labels },
    buildargs: { ...args },
    registryconfig: await allCredentials(),
    ...(network === undefined ? {} : { networkmode: network }),
    ...(platform === undefined ? {} : { platform }),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  }
}

async function followBuild(stream: NodeJS.ReadableStream, log: BuildLog): Promise<string> {
  let id: string | undefined
  for await (const message of engineMessages(stream)) {
    if (message.error !== undefined) throw log.problem(message.error)
    log.take(message)
    id = idOf(message.aux) ?? id
  }
  log.end()
  if (id === undefined) throw log.problem('the engine ended without an image')
  return id
}

function idOf(aux: unknown): string | undefined {
  if (typeof aux !== 'object' || aux === null || !('ID' in aux)) return undefined
  return typeof aux.ID === 'string' ? aux.ID : undefined
}

/** What a build says, by lines, and where it is. */
class BuildLog {
  readonly #onLine: ((line: string) => void) | undefined
  readonly #kept: string[] = []
  #rest = ''
  #step: string | undefined

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine
  }

  take({ stream, status, id, progressDetail }: EngineMessage): void {
    if (stream !== undefined) this.#text(stream)
    // of a base image that is pulled; its bars are left out
    else if (status !== undefined && progressDetail?.total === undefined) {
      this.#line(id === undefined ? status : `${id}: ${status}`)
    }
  }

  /** What has come since the last line break. */
  end(): void {
    if (this.#rest !== '') this.#line(this.#rest)
    this.#rest = ''
  }

  problem(words: string): Problem {
    this.end()
    const kept = redact(words.trim())
    const details = [...this.#kept, kept].join('\n')
    if (/no space left on device|disk quota exceeded/i.test(words)) {
      const fix = 'free space there (docker system df shows what takes it), then try again'
      return new Problem('disk_full', `the image cannot be built: the disk of the container engine is full: ${fix}`, {
        details,
      })
    }
    if (isAboutImages(words)) return baseProblem(this.#step, kept)
    const where = this.#step === undefined ? '' : ` at ${this.#step}`
    const fix = 'correct that step, `minisub env build … --target docker` shows the log'
    return new Problem('environment_failed', `the image cannot be built${where} (${kept}): ${fix}`, { details })
  }

  #text(piece: string): void {
    const lines = (this.#rest + piece).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line)
  }

  #line(raw: string): void {
    const line = redact(stripVTControlCharacters(raw.replace(/\r$/, '').replace(/^.*\r/, '')))
    const step = /^Step (\d+\/\d+) : (.*)$/.exec(line)
    if (step !== null) this.#step = `step ${step[1] ?? ''} "${step[2] ?? ''}"`
    if (line.trim() === '') return
    this.#onLine?.(line)
    this.#kept.push(line)
    if (this.#kept.length > KEPT_LINES) this.#kept.shift()
  }
}

/** The image that a Dockerfile builds on cannot be had. */
function baseProblem(step: string | undefined, words: string): Problem {
  const from = /FROM\s+(?:--\S+\s+)*([^\s"]+)/i.exec(step ?? '')?.[1] ?? /manifest for (\S+)/.exec(words)?.[1]
  const reference = from ?? 'that the Dockerfile builds on'
  const host = /^([^/]+[.:][^/]*|localhost)\//.exec(reference)?.[1] ?? 'docker.io'
  return imageProblem(words, { reference, host })
}

/** Passwords in addresses never reach a log. */
function redact(line: string): string {
  return line.replaceAll(/\/\/[^/\s@]+@/g, '//***@')
}
