type KindStep = {
  readonly name: RegExp
  /** Seconds that it usually takes, as measured with images in place. */
  readonly usual: number
  readonly only?: 'workers' | 'more planes'
}

/** The steps of `kind create cluster`, in turn. Workers join together. */
const STEPS: readonly KindStep[] = [
  { name: /^Ensuring node image/, usual: 1 },
  { name: /^Preparing nodes/, usual: 7 },
  { name: /^Configuring the external load balancer/, usual: 1, only: 'more planes' },
  { name: /^Writing configuration/, usual: 4 },
  { name: /^Starting control-plane/, usual: 20 },
  { name: /^Installing CNI/, usual: 2 },
  { name: /^Installing StorageClass/, usual: 2 },
  { name: /^Joining more control-plane nodes/, usual: 20, only: 'more planes' },
  { name: /^Joining worker nodes/, usual: 12, only: 'workers' },
]

const LINE = /^ ?([•✓✗]) (.+?)(?:\s*\.\.\.)?\s*$/

/** How far `kind create cluster` is. */
export type CreateProgress = {
  /** Of the whole, 0 to 1. */
  readonly fraction: number
  /** The words of the step. */
  readonly note: string
}

/** How many nodes kind will make. */
export type CreateShape = { readonly workers: number; readonly controlPlanes: number }

/** Reads lines of `kind create cluster`, one after the other, as how far it is; undefined for a line that is no step. */
export function createSteps(shape: CreateShape): (line: string) => CreateProgress | undefined {
  const usual = STEPS.map((step) => (isExpected(step, shape) ? step.usual : 0))
  const until = (index: number): number => usual.slice(0, index).reduce((sum, seconds) => sum + seconds, 0)
  const total = until(usual.length)
  let fraction = 0
  return (line) => {
    const [, mark, note = ''] = LINE.exec(line) ?? []
    const index = STEPS.findIndex(({ name }) => name.test(note))
    if (mark === undefined || index === -1) return undefined
    // A step that comes out of turn takes nothing back.
    fraction = Math.max(fraction, until(mark === '✓' ? index + 1 : index) / total)
    return { fraction, note }
  }
}

function isExpected({ only }: KindStep, { workers, controlPlanes }: CreateShape): boolean {
  if (only === undefined) return true
  return only === 'workers' ? workers > 0 : controlPlanes > 1
}
