import { readFileSync } from 'node:fs'
import { CommanderError, type Command } from 'commander'
import { Problem } from '#core/base/problem.ts'
import { EXIT } from './exit-codes.ts'
import { buildProgram } from './program.ts'
import type { Outcome } from './program-setup.ts'
import { reportError } from './report-error.ts'

/** The whole command line: parses, runs one command, reports what was thrown and sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', endOnClosedPipe)
  process.stderr.on('error', endOnClosedPipe)
  const outcome: Outcome = { exitCode: EXIT.succeeded, file: undefined }
  const program = buildProgram(outcome, packageVersion())
  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    process.exitCode = outcome.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    process.exitCode = report(
      error instanceof CommanderError ? usageProblem(error, args, program) : error,
      args,
      outcome.file,
    )
  }
}

function report(error: unknown, args: readonly string[], file: string | undefined): number {
  const { exitCode, stderr, stdout } = reportError(error, { json: wantsJson(args), file })
  process.stderr.write(stderr)
  process.stdout.write(stdout)
  return exitCode
}

/** Commander's two lines as our one sentence. */
function usageProblem(error: CommanderError, args: readonly string[], program: Command): Problem {
  const command = args.find((arg) => program.commands.some((known) => known.name() === arg))
  const help = `see minisub ${command === undefined ? '' : `${command} `}--help`
  if (error.code === 'commander.help') return new Problem('usage', `a command is missing: ${help}`)
  const [sentence = '', hint = ''] = error.message.replace(/^error: /, '').split('\n')
  const near = /\(Did you mean (.*?)\?\)/.exec(hint)?.[1]
  return new Problem('usage', `${sentence.replace(/\.$/, '')}: ${near === undefined ? help : `did you mean ${near}?`}`)
}

/** Wrong usage may be met before the options are known. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end < 0 ? args : args.slice(0, end)).includes('--json')
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifest
  return (JSON.parse(text) as { version: string }).version
}

/** A reader such as `head` that has seen enough is no failure. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.succeeded)
}
