import type { PipelineDefinition, StepDefinition } from '#core/contract/definition.ts'

/** What the runner gives, and what containers, their GPUs and launchers of several processes set. */
const USUAL =
  /^(?:MINISUB_\w+|MLFLOW_(?:TRACKING_URI|TRACKING_TOKEN|RUN_ID|EXPERIMENT_ID)|PATH|HOME|HOSTNAME|LANG|LANGUAGE|LC_\w+|TZ|PWD|OLDPWD|SHLVL|TERM|TMPDIR|TMP|TEMP|(?:https?|no|all)_proxy|PYTHON\w*|NODE_ENV|NODE_OPTIONS|(?:CUDA|NVIDIA|NCCL|OMP|MKL|OPENBLAS|ROCR|HIP)_\w+|(?:LOCAL_|GROUP_|ROLE_)?(?:RANK|WORLD_SIZE)|MASTER_(?:ADDR|PORT)|KUBERNETES_\w+)$/i
/** What a shell has by itself. */
const OF_SHELLS =
  /^(?:IFS|RANDOM|SRANDOM|SECONDS|LINENO|E?UID|PPID|BASH\w*|ZSH_\w+|OPTARG|OPTIND|OPTERR|REPLY|SHELL|SHELLOPTS|PIPESTATUS|FUNCNAME|COLUMNS|LINES|DIRSTACK|EPOCH(?:SECONDS|REALTIME)|GROUPS|HOSTTYPE|MACHTYPE|OSTYPE|PS[0-4]|COMP_\w+|MAPFILE|COPROC)$/

/** What images set, by the name of the environment; `''`: that of steps without one. */
export type ImageVariables = Readonly<Record<string, readonly string[]>>

/** Whether something sets a variable for a step. */
export function isGiven(name: string, step: StepDefinition, images: ImageVariables): boolean {
  const environment = step.environment ?? ''
  const ofImage = Object.hasOwn(images, environment) ? images[environment] : undefined
  return (
    isUsual(name) ||
    Object.hasOwn(step.env, name) ||
    Object.hasOwn(step.secrets, name) ||
    ofImage?.includes(name) === true
  )
}

/** Whether a shell sets it itself. */
export function isOfShell(name: string): boolean {
  return OF_SHELLS.test(name)
}

/** Whether a step has a variable of this name wherever it runs. */
export function isUsual(name: string): boolean {
  return USUAL.test(name)
}

/** Of some steps those for which nothing sets a variable. */
export function stepsWithout(
  name: string,
  steps: readonly string[],
  { definition, images }: { readonly definition: PipelineDefinition; readonly images: ImageVariables },
): string[] {
  return steps.filter((step) => {
    const found = definition.steps[step]
    return found !== undefined && !isGiven(name, found, images)
  })
}
