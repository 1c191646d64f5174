import { removeContainer } from './container-calls.ts'
import type { DockerEngine } from './engine.ts'
import { homeMark, isMakerAlive, LABEL, labelFilter, thisMaker } from './labels.ts'

const SHELL_LABEL = 'minisub.shell'

/** Labels of a container in which this process gives somebody a shell: they name the data folder and the process. */
export function shellLabels(home: string): Readonly<Record<string, string>> {
  return { [LABEL.home]: homeMark(home), [SHELL_LABEL]: thisMaker() }
}

/**
 * Removes containers of shells of a data folder whose process on this machine is gone, running or not. Throws Problem
 * `engine_unavailable`.
 */
export async function sweepShells(engine: DockerEngine, home: string): Promise<void> {
  try {
    const client = await engine.client()
    const { label } = labelFilter(home, {})
    const found = await client.listContainers({ all: true, filters: { label: [...label, SHELL_LABEL] } })
    const left = found.filter(({ Labels }) => !isMakerAlive(Labels[SHELL_LABEL]))
    await Promise.all(left.map(({ Id }) => removeContainer(client, Id, { force: true })))
  } catch (error) {
    throw engine.asProblem(error)
  }
}

/**
 * Whose files the users of a container are on this machine. `rootless`: root there is who runs the engine, all others are
 * nobody here. `remapped`: root there is nobody here, unless a container is kept out of it.
 */
export type EngineUsers = 'same' | 'rootless' | 'remapped'

/** Throws Problem `engine_unavailable` or `engine_forbidden`. */
export async function engineUsers(engine: DockerEngine): Promise<EngineUsers> {
  try {
    const info: { readonly SecurityOptions?: readonly string[] | null } = await (await engine.client()).info()
    return usersOf(info.SecurityOptions ?? [])
  } catch (error) {
    throw engine.asProblem(error)
  }
}

/** By what an engine says of its security, such as `name=rootless`. */
export function usersOf(options: readonly string[]): EngineUsers {
  const has = (name: string): boolean => options.some((option) => option.split(',').includes(`name=${name}`))
  if (has('rootless')) return 'rootless'
  return has('userns') ? 'remapped' : 'same'
}
