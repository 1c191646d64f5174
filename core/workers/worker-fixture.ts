// The worker of the tests: tells its job, then does as it is told.
import { writeFileSync } from 'node:fs'
import { serveParent } from './index.ts'

export type Order =
  | { readonly kind: 'say'; readonly value: unknown }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'throw' | 'reject' | 'spin' | 'memory' | 'end' }
type Job = { readonly isBroken?: boolean; readonly file?: string; readonly slowMs?: number }

const { job, tell, onMessage } = await serveParent<Job>()
const { isBroken = false, file, slowMs = 0 } = job
if (isBroken) throw new Error('it cannot begin')
process.once('exit', () => {
  if (file !== undefined) writeFileSync(file, 'put away')
})
await new Promise((resolve) => setTimeout(resolve, slowMs))
tell({ job })
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the tests send nothing else
onMessage((message) => obey(message as Order))

function obey(order: Order): void {
  if (order.kind === 'say') tell({ said: order.value })
  else if (order.kind === 'variable') tell({ said: process.env[order.name] })
  else if (order.kind === 'throw') throw new Error('as it was told')
  else if (order.kind === 'reject') void Promise.reject(new Error('as it was told'))
  else if (order.kind === 'memory') fillMemory()
  else if (order.kind === 'spin') for (;;);
  else {
    tell({ said: 'last words' })
    process.exit(3)
  }
}

function fillMemory(): void {
  for (const kept: object[] = []; ;) kept.push({ a: [Math.random()] })
}
