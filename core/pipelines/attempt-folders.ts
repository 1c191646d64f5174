import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { forgetHiddenValues } from '#core/secrets/index.ts'
import { removeTree } from '#core/store/index.ts'
import type { StepPaths } from './resolve.ts'

export type AttemptFolders = {
  /** Stays, for the log; the others are in it. */
  readonly control: string
  readonly code: string
  readonly inputs: string
  readonly outputs: string
  readonly home: string
  readonly paths: StepPaths
}

export type AttemptAddress = {
  readonly run: string
  readonly step: string
  readonly item: number | null
  readonly attempt: number
  readonly createdSeq: number
}

/** Makes the folders of an attempt. */
export function makeFolders({ code, inputs, outputs, home }: AttemptFolders): void {
  for (const folder of [code, inputs, outputs, home]) mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Throws away what only the attempt itself needed; its control folder stays, for the log. */
export async function discardFolders({ control, code, inputs, outputs, home }: AttemptFolders): Promise<void> {
  for (const folder of [code, inputs, outputs, home]) await removeTree(folder)
  forgetHiddenValues(control)
}

/** Where an attempt lives on this machine; a later core finds it by the same numbers. */
export function attemptFolders(home: string, of: AttemptAddress): AttemptFolders {
  // One flat name: on some file systems each new folder costs a tenth of what starting a process does.
  const item = of.item === null ? '' : `.${of.item}`
  return foldersIn(join(runFolder(home, of.run), `${of.step}${item}.${of.attempt}-${of.createdSeq}`))
}

/** Where a run keeps the folders of its attempts. */
export function runFolder(home: string, run: string): string {
  return join(home, 'runs', run)
}

/** The folders below a control folder. */
export function foldersIn(control: string): AttemptFolders {
  const inputs = join(control, 'inputs')
  const outputs = join(control, 'outputs')
  return {
    control,
    code: join(control, 'code'),
    inputs,
    outputs,
    home: join(control, 'home'),
    paths: {
      input: (name) => join(inputs, name),
      output: (name) => join(outputs, name),
      upstream: (step, output) => join(inputs, `steps.${step}.${output}`),
    },
  }
}
