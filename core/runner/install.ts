import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Says that the runner is whole in a folder. */
const INSTALLED = '.installed'
const LOOK_MS = 20

/**
 * Copies the runner, which lies where this file does, with its Node and libraries into a folder that is there, such as
 * the empty volume of a pod. Throws the error of the system.
 */
export function installRunner(target: string): void {
  cpSync(import.meta.dirname, target, { recursive: true, verbatimSymlinks: true })
  writeFileSync(join(target, INSTALLED), '')
}

/** Returns when another process has installed the runner in the folder: what a container does whose hook installs it. */
export async function holdForRunner(target: string): Promise<void> {
  while (!existsSync(join(target, INSTALLED))) await sleep(LOOK_MS)
}
