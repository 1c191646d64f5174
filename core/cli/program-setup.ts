import type { Command } from 'commander'
import type { Context } from './context.ts'

/** What the command line asked for, with its exit code when it is done. */
export type Outcome = { exitCode: number; file: string | undefined }

type Action = (context: Context) => Promise<number>
/** Adds a command with its usage, one line about it, and examples. `isDefault`: that of a group that is named alone. */
export type Add = (
  usage: string,
  summary: string,
  examples: readonly string[],
  options?: { readonly isDefault?: boolean },
) => Command

/** What is wanted to add commands to the program. */
export type Setup = {
  readonly add: Add
  readonly run: (command: Command, action: Action) => Promise<void>
  readonly outcome: Outcome
}

export const JSON_FLAG = '--json'
export const JSON_HELP = 'print JSON on stdout'

/** Adds commands below the program or a group. */
export function adderTo(parent: Command): Add {
  return (usage, summary, examples, options = {}) =>
    parent
      .command(usage, options)
      .summary(summary)
      .description(summary)
      .allowExcessArguments(false)
      .addHelpText('after', examplesText(examples))
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`
}
