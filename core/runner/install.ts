import { cpSync } from 'node:fs'

/**
 * Copies the runner, which lies where this file does, with its Node and libraries into a folder that is there, such as
 * the empty volume of a pod. Throws the error of the system.
 */
export function installRunner(target: string): void {
  cpSync(import.meta.dirname, target, { recursive: true, verbatimSymlinks: true })
}
