import { z } from 'zod'
import { problemFromJson, type Issue, type Problem } from '#core/base/problem.ts'
import { ProblemView } from '#core/contract/http.ts'

const Message = z.union([
  z.object({ line: z.string() }),
  z.object({ result: z.unknown() }),
  z.object({ problem: z.unknown() }),
])

/** The Problem that a core sent. */
export function readProblem(json: unknown): Problem {
  const { path, issues, details, ...rest } = ProblemView.parse(json)
  return problemFromJson({
    ...rest,
    ...(path === undefined ? {} : { path }),
    ...(issues === undefined ? {} : { issues: issues.map(withoutUndefined) }),
    ...(details === undefined ? {} : { details }),
  })
}

type WireIssue = NonNullable<z.infer<typeof ProblemView>['issues']>[number]

function withoutUndefined({ code, message, path, place }: WireIssue): Issue {
  return { code, message, ...(path === undefined ? {} : { path }), ...(place === undefined ? {} : { place }) }
}

/** Reads lines of progress up to the result. Throws the Problem that came instead, or Error where the stream broke off. */
export async function lastOfStream(response: Response, onLine?: (line: string) => void): Promise<unknown> {
  for await (const text of linesOf(response)) {
    if (text === '') continue
    const message = Message.parse(JSON.parse(text))
    if ('line' in message) onLine?.(message.line)
    else if ('result' in message) return message.result
    else throw readProblem(message.problem)
  }
  throw new Error('the answer broke off before its end')
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    await reader.cancel()
  }
}
