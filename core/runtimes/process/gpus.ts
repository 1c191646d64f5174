import { existsSync, readdirSync } from 'node:fs'
import { Problem } from '../../base/problem.ts'

/** How many GPUs this machine has, as far as its device files tell; null where they do not. */
export type CountGpus = () => number | null

/** Device files of drivers that show no number of GPUs: AMD's, and that of WSL. */
const UNCOUNTED = ['/dev/kfd', '/dev/dxg']

/** Counts `/dev/nvidia0` and so on. Null for other drivers, and on systems without such files. */
export const countGpus: CountGpus = () => {
  if (process.platform !== 'linux') return null
  const nvidia = readdirSync('/dev').filter((name) => /^nvidia\d+$/.test(name)).length
  return nvidia === 0 && UNCOUNTED.some((path) => existsSync(path)) ? null : nvidia
}

/** Throws Problem `resource_unavailable` where a part asks for more GPUs than the machine has. */
export function checkGpus(wanted: number | undefined, count: CountGpus): void {
  if (wanted === undefined || wanted === 0) return
  const found = count()
  if (found === null || found >= wanted) return
  const has = found === 0 ? 'none was found (there is no /dev/nvidia0)' : `only ${found} were found`
  const fix = 'run it on a machine that has them, see what `nvidia-smi` says, or take `gpu` out of its resources'
  throw new Problem(
    'resource_unavailable',
    `the step asks for ${wanted} of the GPUs of this machine, and ${has}: ${fix}`,
  )
}
