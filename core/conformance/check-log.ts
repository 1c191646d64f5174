import type { PipelineService } from '#core/pipelines/index.ts'
import type { LogCheck } from './case.ts'
import { cut } from './difference.ts'
import { withNames, type Names } from './normalise.ts'

type Reading = {
  readonly service: PipelineService
  readonly run: string
  readonly names: Names
  readonly signal: AbortSignal
}

const PAGE_BYTES = 4 * 2 ** 20

/** What differs between the log of a step run (`train[0]`, or `train[0]#2`) and what is wanted of it; undefined if nothing. */
export async function logDifference(name: string, check: LogCheck, reading: Reading): Promise<string | undefined> {
  const found = { stdout: new Lines(check.stdout, check), stderr: new Lines(check.stderr, {}) }
  for await (const { stream, text } of linesOf(name, reading)) {
    const hidden = check.without?.find((it) => text.includes(it))
    if (hidden !== undefined) return `the log of ${name} has "${hidden}" in it: "${cut(text)}"`
    const fault = found[stream].add(withNames(text, reading.names))
    if (fault !== undefined) return `${stream} of ${name}, line ${found[stream].count}: ${fault}`
  }
  for (const [stream, lines] of Object.entries(found)) {
    const fault = lines.end()
    if (fault !== undefined) return `${stream} of ${name}: ${fault}`
  }
  return undefined
}

/** Lines as they come, compared with what is wanted so that none has to be kept. */
class Lines {
  count = 0
  readonly #wanted: readonly string[] | undefined
  readonly #each: LogCheck['each']
  readonly #joined: LogCheck['joined']
  #texts: string[] = []

  constructor(wanted: readonly string[] | undefined, { each, joined }: Pick<LogCheck, 'each' | 'joined'>) {
    this.#wanted = wanted
    this.#each = each
    this.#joined = joined
  }

  /** What is wrong with the next line. */
  add(text: string): string | undefined {
    const index = this.count
    this.count += 1
    if (this.#joined !== undefined) this.#texts.push(text)
    const wanted = this.#each === undefined ? this.#wanted?.[index] : this.#each.line(index)
    const most = this.#each?.count ?? this.#wanted?.length ?? Number.POSITIVE_INFINITY
    if (index >= most) return `it is too much: "${cut(text)}"`
    return wanted === undefined || wanted === text ? undefined : `wanted "${cut(wanted)}", found "${cut(text)}"`
  }

  /** What is missing when no more follows. */
  end(): string | undefined {
    const least = this.#each?.count ?? this.#wanted?.length ?? 0
    if (this.count < least) return `wanted ${least} lines, found ${this.count}`
    if (this.#joined === undefined) return undefined
    const whole = this.#texts.join('')
    this.#texts = []
    if (whole.length !== this.#joined.length) return `wanted ${this.#joined.length} characters, found ${whole.length}`
    return whole === this.#joined ? undefined : `wanted "${cut(this.#joined)}", found "${cut(whole)}"`
  }
}

type Line = { readonly stream: 'stdout' | 'stderr'; readonly text: string }

async function* linesOf(name: string, { service, run, signal }: Reading): AsyncGenerator<Line> {
  const { step, item, attempt } = addressOf(name)
  const which = attempt === null ? {} : { attempt }
  for (let from = 0; ;) {
    signal.throwIfAborted()
    const page = await service.log({ run, step, item }, { from, maxBytes: PAGE_BYTES, ...which })
    yield* page.lines
    if (page.end || page.next === from) return
    from = page.next
  }
}

/** `train[0]#2` in parts. */
export function addressOf(name: string): { step: string; item: number | null; attempt: number | null } {
  const [, step = '', item, attempt] = /^(\w+)(?:\[(\d+)\])?(?:#(\d+))?$/.exec(name) ?? []
  return {
    step,
    item: item === undefined ? null : Number(item),
    attempt: attempt === undefined ? null : Number(attempt),
  }
}
