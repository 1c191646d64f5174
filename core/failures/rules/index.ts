import type { FailureRule } from '../rule.ts'
import { COMMANDS } from './commands.ts'
import { CUDA } from './cuda.ts'
import { ENDS } from './ends.ts'
import { IMAGES } from './images.ts'
import { IMPORTS } from './imports.ts'
import { LIMITS } from './limits.ts'
import { LOST } from './lost.ts'
import { NETWORK } from './network.ts'
import { OWN } from './own.ts'
import { PODS } from './pods.ts'
import { PYTHON } from './python.ts'
import { SCHEDULING } from './scheduling.ts'

/**
 * Every known cause. The first that fits is taken: what is known for sure comes before what programs print, what tells
 * more before what tells less, an exit code alone at the end.
 */
export const RULES: readonly FailureRule[] = [
  ...OWN,
  ...LOST,
  ...COMMANDS,
  ...IMAGES,
  ...CUDA,
  ...SCHEDULING,
  ...PODS,
  ...LIMITS,
  ...NETWORK,
  ...IMPORTS,
  ...PYTHON,
  ...ENDS,
]
