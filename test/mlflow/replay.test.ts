import { beforeAll, describe, expect, test } from 'vitest'
import { mlflowPythons, SERVER_VERSION } from '#test/support/mlflow-environments.ts'
import { startMlflowServer } from '#test/support/mlflow-server.ts'
import { describeWithMlflow } from '#test/support/requirements.ts'
import { openTrackingCore } from '#test/support/tracking-core.ts'
import { additionOf, ADDITIONS } from './replay/additions.ts'
import { compare } from './replay/difference.ts'
import { isForetold } from './replay/deviation.ts'
import { LANGUAGE_DEVIATIONS } from './replay/deviations-language.ts'
import { MODEL_DEVIATIONS } from './replay/deviations-models.ts'
import { RUN_DEVIATIONS } from './replay/deviations-runs.ts'
import { mask } from './replay/mask.ts'
import { isRecord, play, type Answer, type Recording } from './replay/play.ts'
import type { ReplayRequest } from './replay/request.ts'
import { REQUESTS } from './replay/requests.ts'

const DEVIATIONS = [...RUN_DEVIATIONS, ...MODEL_DEVIATIONS, ...LANGUAGE_DEVIATIONS]
const FORETOLD = new Map(DEVIATIONS.flatMap(({ requests }) => Object.entries(requests)))

describe('the list of requests', () => {
  test('has hundreds, each with a name of its own', () => {
    expect(REQUESTS.length).toBeGreaterThan(700)
    expect(new Set(REQUESTS.map(({ name }) => name)).size).toBe(REQUESTS.length)
  })

  test('has every request that a deviation names, once', () => {
    const names = DEVIATIONS.flatMap(({ requests }) => Object.keys(requests))
    expect(names.filter((name) => !REQUESTS.some((it) => it.name === name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })
})

await describeWithMlflow(`a core and a real mlflow server ${SERVER_VERSION}, asked the same`, () => {
  let theirs: Recording
  let ours: Recording
  const linesOf = (index: number): string[] =>
    compare(mask(answerAt(theirs, index), theirs.kept), mask(answerAt(ours, index), ours.kept))

  beforeAll(async () => {
    const python = (await mlflowPythons())[SERVER_VERSION].python
    await using reference = await startMlflowServer(python)
    await using core = await openTrackingCore()
    ;[theirs, ours] = await Promise.all([play(REQUESTS, reference), play(REQUESTS, core)])
  })

  test.each(REQUESTS.map((request, index) => [request.name, request, index] as const))('%s', (name, request, index) => {
    const lines = linesOf(index).filter((line) => additionOf(line) === undefined)
    const foretold = FORETOLD.get(name) ?? []
    if (!isForetold(lines, foretold)) expect(lines).toEqual(foretold)
    expectWords(request, [answerAt(theirs, index), answerAt(ours, index)])
  })

  test('every field that is said to be added is added somewhere', () => {
    const added = REQUESTS.flatMap((_, index) => linesOf(index).map(additionOf))
    expect(new Set(added.filter((it) => it !== undefined))).toEqual(new Set(Object.keys(ADDITIONS)))
  })
})

function answerAt({ answers }: Recording, index: number): Answer {
  const answer = answers[index]
  if (answer === undefined) throw new Error(`request ${index} was not played`)
  return answer
}

/** Programs look at the words of some errors: both servers begin alike. */
function expectWords({ words }: ReplayRequest, answers: readonly Answer[]): void {
  if (words === undefined) return
  for (const { body } of answers) expect(isRecord(body) ? body['message'] : body).toMatch(words)
}
