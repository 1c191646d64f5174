import { CONTAINER } from '#core/attempts/index.ts'

/** What `run.sh` runs. In all texts `root` stands for the folder that it lies in. */
export type ScriptOptions = {
  readonly root: string
  /** In words, such as `train[2] of run 01…, attempt 1`. */
  readonly what: string
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Variables that hold a secret. */
  readonly secrets: readonly string[]
}

/** Variables of an environment of this machine; `run.sh` reads them where it is not in a container. */
export const ENVIRONMENT_FILE = '.environment.sh'

/**
 * A POSIX script that runs the command of a step in the folder that it lies in, wherever that is: in the place of what the
 * run before left it has empty folders for outputs and home. Variables of the caller stay.
 */
export function pulledScript({ root, what, command, env, secrets }: ScriptOptions): string {
  const word = (text: string): string => shellText(text, root)
  const lines = [
    '#!/bin/sh',
    `# ${what.replaceAll(/[\r\n]/g, ' ')}, run again as it was. Made by minisub pull-step.`,
    'set -eu',
    'MINISUB_FOLDER=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)',
    ...secrets.map(
      (name) =>
        `: "\${${name}:?is a secret of the step: export it, or take minisub pull-step --shell}"\nexport ${name}`,
    ),
    'rm -rf "$MINISUB_FOLDER/outputs" "$MINISUB_FOLDER/home"',
    'mkdir "$MINISUB_FOLDER/outputs" "$MINISUB_FOLDER/home"',
    `if [ "$MINISUB_FOLDER" != ${CONTAINER.root} ] && [ -f "$MINISUB_FOLDER/${ENVIRONMENT_FILE}" ]; then . "$MINISUB_FOLDER/${ENVIRONMENT_FILE}"; fi`,
    ...Object.entries(env).flatMap(([name, value]) => (READ_ONLY.has(name) ? [] : [`export ${name}=${word(value)}`])),
    'cd "$MINISUB_FOLDER/code"',
    `exec ${[...readOnly(env, word), ...command.map(word)].join(' ')}`,
  ]
  return `${lines.join('\n')}\n`
}

/** Variables that bash, which some systems call sh, lets nobody set. */
const READ_ONLY: ReadonlySet<string> = new Set(['UID', 'EUID', 'PPID', 'SHELLOPTS', 'BASHOPTS'])

function readOnly(env: ScriptOptions['env'], word: (text: string) => string): string[] {
  const words = Object.entries(env).flatMap(([name, value]) => (READ_ONLY.has(name) ? [`${name}=${word(value)}`] : []))
  return words.length === 0 ? [] : ['env', ...words]
}

/** Variables as lines of a shell. */
export function variablesScript(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}

/** A word of a shell in which `root` reads `$MINISUB_FOLDER`. */
function shellText(text: string, root: string): string {
  const parts = text.split(root).map((part) => (part === '' ? '' : quoted(part)))
  return parts.length === 1 ? quoted(text) : parts.join('"$MINISUB_FOLDER"')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
