import { isProblem, type Issue, type Problem } from '#core/base/problem.ts'
import { EXIT, exitCodeOfProblem } from './exit-codes.ts'

type Report = {
  readonly exitCode: number
  readonly stderr: string
  /** With --json: the one object that says what went wrong. */
  readonly stdout: string
}

/** What to print about an error and the exit code. `file` is the document that issues without a file belong to. */
export function reportError(
  error: unknown,
  options: { readonly json: boolean; readonly file?: string | undefined },
): Report {
  if (!isProblem(error)) return bugReport(error)
  const lines = [`error: ${error.message}`]
  for (const line of issueLines(error, options.file)) lines.push(line)
  if (error.details !== undefined) lines.push(error.details.trimEnd())
  return {
    exitCode: exitCodeOfProblem(error.code),
    stderr: `${lines.join('\n')}\n`,
    stdout: options.json ? `${JSON.stringify({ error })}\n` : '',
  }
}

/** Lines such as `pipeline.yaml:3:5: unknown key "comand"`, which editors make links of. */
function issueLines(problem: Problem, file: string | undefined): string[] {
  const lines = problem.issues.map((issue) => issueLine(issue, file ?? problem.path ?? ''))
  const [only] = problem.issues
  if (lines.length !== 1 || only === undefined) return lines
  // A sentence that ends with its only issue has said everything.
  return problem.message.endsWith(only.place === undefined ? only.message : (lines[0] ?? '')) ? [] : lines
}

/** `file:line:column: message`, with as much of the place as is known. */
export function issueLine(issue: Issue, file: string): string {
  const place = issue.place === undefined ? '' : `:${issue.place.line}:${issue.place.column}`
  const where = `${file}${place}`
  return where === '' ? issue.message : `${where}: ${issue.message}`
}

function bugReport(error: unknown): Report {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const stderr = `${stack}\nerror: this is a bug in minisub: please report it with the lines above\n`
  return { exitCode: EXIT.bug, stderr, stdout: '' }
}
