import fc from 'fast-check'
import { expect, test } from 'vitest'
import { playOnArgo, type Which } from '#test/support/argo-player.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'
import { caseOf, localOf, toldByArgo, toldLocally, type Case } from './argo-cases.ts'
import { drawnSteps, endOf } from './control-dags.ts'

const COUNT = 200
/** Another one shows other pipelines; a failure names the one that it had. */
const SEED = Number(process.env['MINISUB_TEST_SEED'] ?? 20261126)
const LIMIT_MS = 300_000

function drawnCases(): Case[] {
  const cases: Case[] = []
  const arbitrary = fc.integer({ min: 2, max: 6 }).chain(drawnSteps)
  for (let seed = SEED; cases.length < COUNT; seed += 1) {
    const more = fc.sample(arbitrary, { numRuns: 100, seed }).flatMap((steps) => caseOf(steps) ?? [])
    cases.push(...more.slice(0, COUNT - cases.length))
  }
  return cases
}

describeWithKubernetes(`generated pipelines on Argo's controller (seed ${SEED})`, () => {
  test(
    `${COUNT} pipelines end in the same states and with the same values as with the local engine`,
    async () => {
      const cases = drawnCases()
      const ends = cases.map(({ compiled, steps }) => ({
        object: compiled.object,
        endOf: (which: Which) => endOf(steps, which),
      }))
      const played = await playOnArgo(ends)
      const counts: Record<string, number> = {}
      for (const [index, one] of cases.entries()) {
        const argo = played[index] ?? { phase: 'not played', message: '', nodes: [] }
        const wanted = toldLocally(one, await localOf(one))
        const where = `pipeline ${index} of seed ${SEED} (${argo.phase} ${argo.message}): ${JSON.stringify(one.steps)}`
        expect(toldByArgo(one, argo), where).toEqual(wanted)
        for (const state of Object.values(wanted.states)) counts[state] = (counts[state] ?? 0) + 1
      }
      for (const state of ['succeeded', 'failed', 'skipped']) expect(counts[state], state).toBeGreaterThan(COUNT / 2)
    },
    LIMIT_MS,
  )
})
