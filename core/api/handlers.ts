import { isAbsolute } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { PipelineService, StepAddress } from '#core/pipelines/index.ts'
import { sendArtifact } from './artifact.ts'
import type { Handler, Handlers } from './handler.ts'
import type { Sessions } from './sessions.ts'

const FOLLOW_MS = 20_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500

export type HandlersOptions = {
  readonly service: PipelineService
  readonly sessions: Sessions
  readonly version: string
  readonly isStopping: () => boolean
}

/** The handler of every route. */
export function createHandlers(options: HandlersOptions): Handlers {
  return { ...systemHandlers(options), ...pipelineHandlers(options), ...resultHandlers(options) }
}

type SystemName = 'health' | 'openapi' | 'createSessionCode' | 'openSession' | 'showSession'

function systemHandlers({ sessions, version, isStopping }: HandlersOptions): Pick<Handlers, SystemName> {
  return {
    health: ({ challenge }) => ({
      status: isStopping() ? 'stopping' : 'ready',
      version,
      ...(challenge === undefined ? {} : { proof: sessions.prove(challenge) }),
    }),
    openapi: async () => (await import('./openapi.ts')).openApiDocument(version),
    createSessionCode: () => sessions.createCode(),
    openSession: ({ code }, { outgoing }) => {
      const { cookie, ...view } = sessions.open(code)
      outgoing.setHeader('Set-Cookie', cookie)
      return view
    },
    showSession: (_, { caller }) => {
      if (caller?.kind !== 'session')
        throw new Problem('not_found', 'a caller with the token has no session: none is needed')
      return { csrf: caller.session.csrf, expiresAt: caller.session.expiresAt }
    },
  }
}

type ResultName = 'showStep' | 'readLog' | 'listArtifacts' | 'listArtifactFiles' | 'readArtifact'

function pipelineHandlers({ service }: HandlersOptions): Omit<Handlers, SystemName | ResultName> {
  return {
    validatePipeline: ({ file }) => service.validate(absolute(file)),
    lockPipeline: ({ file, update }, { onLine, signal }) => service.lock(absolute(file), { update, onLine, signal }),
    startRun: ({ parallelism, ...request }, { onLine, signal }) => {
      absolute(request.file)
      return service.start({ ...request, ...(parallelism === undefined ? {} : { parallelism }) }, { onLine, signal })
    },
    listRuns: ({ limit, before, pipeline, status }) => {
      const runs = service.list({
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(status === undefined ? {} : { status }),
      })
      const page = runs.slice(0, limit)
      return { runs: page, next: runs.length > limit ? (page.at(-1)?.id ?? null) : null }
    },
    showRun: ({ run }) => service.show(run),
    cancelRun: ({ run }) => service.cancel(run),
    resumeRun: ({ run, withCode }, { onLine, signal }) => service.resume(run, { withCode, onLine, signal }),
    listEvents: ({ run, from, limit }) => {
      const events = service.events(run, from, limit)
      return { events, next: (events.at(-1)?.seq ?? from - 1) + 1 }
    },
    listEnvironments: async () => ({ environments: await service.environments() }),
    buildEnvironments: async ({ file }, { onLine, signal }) => ({
      environments: await service.buildEnvironments(absolute(file), { onLine, signal }),
    }),
    removeEnvironment: ({ digest }) => service.removeEnvironment(digest),
  }
}

function resultHandlers({ service }: HandlersOptions): Pick<Handlers, ResultName> {
  return {
    showStep: (input) => service.detail(addressOf(input)),
    readLog: logHandler(service),
    listArtifacts: ({ run }) => ({ artifacts: service.artifacts(run) }),
    listArtifactFiles: ({ output, ...input }) => ({ files: [...service.artifactFiles(addressOf(input), output)] }),
    readArtifact: ({ output, path, ...input }, context) => {
      const file = service.artifactFiles(addressOf(input), output).find((candidate) => candidate.path === path)
      if (file === undefined) {
        const what = path === '' ? `the output ${output} is a folder` : `the output ${output} has no file ${path}`
        throw new Problem('not_found', `${what}: name one of its listing as \`path\``)
      }
      return sendArtifact({ file, output, service }, context)
    },
  }
}

/** Following is a long poll: the log is looked at again and again until it says something, ends, or the time is over. */
function logHandler(service: PipelineService): Handler<'readLog'> {
  return async ({ attempt, from, maxBytes, follow, ...input }, { signal }) => {
    const options = { from, maxBytes, ...(attempt === undefined ? {} : { attempt }) }
    const until = Date.now() + FOLLOW_MS
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      const page = await service.log(addressOf(input), options)
      if (!follow || page.end || page.lines.length > 0 || Date.now() >= until || signal.aborted) return page
      await pauseFor(pause, signal)
    }
  }
}

/** Waits, at most until the caller goes away. */
function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function addressOf(input: {
  readonly run: string
  readonly step: string
  readonly item?: number | undefined
}): StepAddress {
  return { run: input.run, step: input.step, item: input.item ?? null }
}

function absolute(file: string): string {
  if (isAbsolute(file)) return file
  throw new Problem('invalid_request', `the path ${file} is relative: send the absolute path of the file`, {
    path: 'file',
  })
}
