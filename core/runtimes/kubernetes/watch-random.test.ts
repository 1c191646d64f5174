import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { KubeObject, WatchEvent } from '../cluster.ts'
import { startFaultyServer, type FaultyServer } from './faulty-watch-fixture.ts'
import { kubeconfigFolder } from './local-cluster-fixture.ts'

const FAST = { pauses: { firstMs: 2, mostMs: 20 }, silenceMs: 150, pageSize: 2 }
const WAIT = { timeout: 5_000, interval: 5 }
const NAMES = ['a', 'b', 'c', 'd', 'e']

type Action =
  | { readonly kind: 'put'; readonly name: string; readonly text: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'end' | 'cut' | 'silence' | 'cutAll' | 'forget' | 'restart' }

const name = fc.constantFrom(...NAMES)
const text = fc.string({ unit: 'binary', maxLength: 40 })
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('put' as const), name, text }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), name }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 25 }) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('end', 'cut', 'silence', 'cutAll', 'forget', 'restart').map((kind) => ({
      kind: kind as 'end',
    })),
  },
)

async function play(there: FaultyServer, step: Action): Promise<void> {
  switch (step.kind) {
    case 'put':
      return there.put(step.name, step.text)
    case 'remove':
      return there.remove(step.name)
    case 'wait':
      return sleep(step.ms)
    case 'cutAll':
      return there.server.cut()
    case 'forget':
      return there.forget()
    case 'restart':
      await there.server.stop()
      await sleep(5)
      return there.server.start()
    default:
      there.end(step.kind)
  }
}

/** What somebody knows who was told all that a watch tells. */
function keep(known: Map<string, KubeObject>, event: WatchEvent): void {
  if (event.kind === 'gone') known.delete(event.name)
  if (event.kind === 'synced') for (const it of known.keys()) if (!event.names.has(it)) known.delete(it)
  if (event.kind !== 'put') return
  const { name: of, resourceVersion } = event.object.metadata
  const before = Number(known.get(of)?.metadata.resourceVersion ?? 0)
  expect(Number(resourceVersion), 'a version after one that is older').toBeGreaterThan(before)
  known.set(of, event.object)
}

test('who follows a watch knows in the end what is there, whatever happened to its connections', async () => {
  const property = fc.asyncProperty(
    fc.nat(),
    fc.array(action, { minLength: 5, maxLength: 60 }),
    async (seed, steps) => {
      await using there = await startFaultyServer(seed)
      using config = kubeconfigFolder({ server: there.server.url })
      await using cluster = config.open(FAST)
      const known = new Map<string, KubeObject>()
      const faults: unknown[] = []
      cluster.watch({ path: '/api/v1', plural: 'pods' }, {}, (event) => {
        try {
          keep(known, event)
        } catch (error) {
          faults.push(error)
        }
      })
      there.put('a', 'first')
      await vi.waitFor(() => expect(known.size).toBe(1), WAIT)
      for (const step of steps) await play(there, step)
      // the last change of all, in the middle of whatever goes on: nothing comes after it
      there.put('a', 'last')
      there.isKind = true
      const told = (): object => Object.fromEntries([...known].toSorted(([one], [other]) => one.localeCompare(other)))
      const wanted = Object.fromEntries([...there.pods].toSorted(([one], [other]) => one.localeCompare(other)))
      await vi.waitFor(() => expect(told()).toEqual(wanted), WAIT)
      expect(faults).toEqual([])
    },
  )
  await fc.assert(property, { numRuns: 40 })
})
