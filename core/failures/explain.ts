import type { Explanation } from '#core/contract/failures.ts'
import type { Evidence, EvidenceLine } from './evidence.ts'
import { fillWords } from './fill-words.ts'
import type { Facts, FailureRule } from './rule.ts'
import { RULES } from './rules/index.ts'
import { sceneOf, type Scene } from './scene.ts'

const QUOTE_LIMIT = 400

const PARTICULAR = RULES.filter(({ isGeneral }) => isGeneral !== true)
const GENERAL = RULES.filter(({ isGeneral }) => isGeneral === true)

type Match = { readonly facts: Facts; readonly line: EvidenceLine | undefined; readonly isGuess: boolean }

/**
 * Why an attempt failed or waits, by the first rule that fits what was said last, then what was said earlier; undefined
 * where none does. Whatever the evidence holds, it throws nothing, and takes a time that is linear in what it holds.
 */
export function explainFailure(evidence: Evidence): Explanation | undefined {
  const scene = sceneOf(evidence)
  for (const rules of [PARTICULAR, GENERAL]) {
    for (const when of ['last', 'earlier'] as const) {
      for (const rule of rules) {
        const match = matchOf(rule, scene, when)
        if (match !== undefined) return explanationOf(rule, match)
      }
    }
  }
  return undefined
}

function matchOf(rule: FailureRule, scene: Scene, when: 'last' | 'earlier'): Match | undefined {
  const { code, exitCode } = scene.evidence
  if (rule.codes !== undefined && (code === null || !rule.codes.includes(code))) return undefined
  if (rule.exits !== undefined && (exitCode === null || !rule.exits.includes(exitCode))) return undefined
  const { pattern, places = [] } = rule
  if (pattern === undefined) return { facts: {}, line: undefined, isGuess: false }
  for (const place of places) {
    for (const line of scene[when][place]) {
      const facts = factsIn(rule, pattern, { line, scene })
      if (facts !== undefined) return { facts, line, isGuess: when === 'earlier' && place === 'printed' }
    }
  }
  return undefined
}

type Looked = { readonly line: EvidenceLine; readonly scene: Scene }

function factsIn(rule: FailureRule, pattern: RegExp, { line, scene }: Looked): Facts | undefined {
  const match = pattern.exec(line.text)
  if (match === null) return undefined
  const { evidence, raised } = scene
  const groups = match.groups ?? {}
  const more = rule.facts?.({ groups, line, raised, evidence })
  if (rule.facts !== undefined && more === undefined) return undefined
  const named = Object.entries(groups).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))
  return { ...(Object.fromEntries(named) as Facts), ...more }
}

function explanationOf(rule: FailureRule, { facts, line, isGuess }: Match): Explanation {
  const quote = line?.text.trim() ?? ''
  return {
    id: rule.id,
    sentence: fillWords(isGuess ? guessed(rule.sentence) : rule.sentence, facts),
    cause: fillWords(rule.cause, facts),
    fix: fillWords(rule.fix, facts),
    logLine: line?.number ?? null,
    quote: quote === '' ? null : quote.length > QUOTE_LIMIT ? `${quote.slice(0, QUOTE_LIMIT - 1)}…` : quote,
  }
}

function guessed(sentence: string): string {
  return `Likely ${sentence.replace(/^(?:An?|The|There|What)\b/, (word) => word.toLowerCase())}`
}
