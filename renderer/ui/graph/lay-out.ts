import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import { elkGraph, isTooLarge, layoutOfElk, plainLayout, type Layout } from './layout.ts'
import type { LayoutStep } from './layers.ts'

const KEPT = 8
/** The latest layouts by the digest of their pipeline, the latest last. */
const layouts = new Map<string, Layout>()

/** The layout of a structure, where it is known already. */
export function knownLayout(digest: string): Layout | undefined {
  return layouts.get(digest)
}

/** Lays the steps out, in a worker save for graphs that are too large for it. Rejects where that fails. */
export async function layOut(digest: string, steps: readonly LayoutStep[], signal: AbortSignal): Promise<Layout> {
  const layout = isTooLarge(steps) ? plainLayout(steps) : await inWorker(steps, signal)
  layouts.delete(digest)
  layouts.set(digest, layout)
  const oldest = layouts.keys().next().value
  if (layouts.size > KEPT && oldest !== undefined) layouts.delete(oldest)
  return layout
}

async function inWorker(steps: readonly LayoutStep[], signal: AbortSignal): Promise<Layout> {
  const { default: Elk } = await import('elkjs/lib/elk-api.js')
  signal.throwIfAborted()
  const worker = new Worker(workerUrl)
  const failed = Promise.withResolvers<never>()
  worker.addEventListener('error', (event) => failed.reject(new Error(`the layout failed: ${event.message}`)))
  signal.addEventListener('abort', () => failed.reject(signal.reason), { once: true })
  const elk = new Elk({ workerFactory: () => worker })
  try {
    return layoutOfElk(steps, await Promise.race([elk.layout(elkGraph(steps)), failed.promise]))
  } finally {
    worker.terminate()
  }
}
