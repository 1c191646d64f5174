import { basename } from 'node:path'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { FileEntry } from '#core/contract/outputs.ts'
import { matchFiles } from '#core/pipelines/index.ts'

/** Answers which steps use a file, in the order of the document. */
export type UsersOf = (file: FileEntry) => string[]

/** What runs tests and not steps. */
const OF_TESTS =
  /(?:^|\/)(?:tests?|__tests__|testing)\/|(?:^|\/)(?:test_[^/]*|conftest|[^/]*_test|[^/]*\.(?:test|spec))\.\w+$/

/**
 * Who uses a file: the steps whose `files` name it, or which have none. A file that a command names is that of the steps
 * whose command does; tests are those of steps that name them.
 */
export function openUsers({ steps }: PipelineDefinition): UsersOf {
  const commands = Object.entries(steps).filter(([, { kind }]) => kind === 'command')
  const words = new Map(commands.map(([name, { command }]) => [name, new Set(command.flatMap(wordsOf))]))
  return (file) => {
    const users = commands.filter(([name, { files }]) => {
      if (files.length === 0) return !OF_TESTS.test(file.path) || names(words.get(name), file.path)
      return matchFiles({ files: [file] }, files).length > 0
    })
    const named = users.filter(([name]) => words.get(name)?.has(file.path) === true)
    return (named.length > 0 ? named : users).map(([name]) => name)
  }
}

/** Whether a command names a file, or a folder that it is in. */
function names(words: ReadonlySet<string> | undefined, path: string): boolean {
  const parts = path.split('/')
  return parts.some((_, at) => words?.has(parts.slice(0, at + 1).join('/')) === true)
}

/** An argument as a path of the code, and of `-m package.module` that of the module. */
function wordsOf(argument: string): string[] {
  const words = argument.split(/[\s;&|]+/).map((word) => word.replace(/^\.\/|\/$/g, ''))
  return words.flatMap((word) =>
    /^[\w.]+$/.test(word) && basename(word) === word ? [word, `${word.replaceAll('.', '/')}.py`] : [word],
  )
}
