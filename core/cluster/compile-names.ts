/**
 * Names in a Workflow: never an underscore, which Argo's `depends` cannot read, and never a bare name of a step, which may
 * be a word of Argo's language. Names of steps have no hyphens, so none clash.
 */

/** Of the task of a step, and of the template of its pods. */
export function taskName(step: string): string {
  return `s-${step.replaceAll('_', '-')}`
}

/** Of the template with the items of a fan-out. */
export function fanOutName(step: string): string {
  return `f-${step.replaceAll('_', '-')}`
}

/** Of a template with some of the tasks, where there are too many for one. */
export function groupName(index: number): string {
  return `g-${index + 1}`
}

/** Of the parameter with an output that conditions and lists read. The prefix keeps it from being one of Argo's words. */
export function parameterName(output: string): string {
  return `p_${output}`
}

/** Of the parameter with the status of a producer of this number. */
export function statusName(producer: number): string {
  return `status-${producer}`
}

export const ROOT = 'root'
/** The task of each item within a fan-out. */
export const ITEM = 'item'
/** A template without a pod, of steps that will be skipped. */
export const NEVER = 'never'
