import { linesOf, type Values } from '#core/compare/index.ts'
import { firstJson } from './content/json.ts'
import { shownJsons } from './content/shown.ts'
import { namesOf, type Findings } from './findings.ts'
import { own } from './own.ts'
import type { Sides } from './sides.ts'

/** What went into the runs: definition, parameters, lock, code, and the inputs beside the document. */
export function compareInputs({ a, b }: Sides, findings: Findings): void {
  compareDefinitions({ a, b }, findings)
  compareParameters({ a, b }, findings)
  compareLocks({ a, b }, findings)
  compareCode({ a, b }, findings)
  compareTexts(findings, { aspect: 'inputs', a: valuesOf(a.head.inputs), b: valuesOf(b.head.inputs) })
}

function compareDefinitions({ a, b }: Sides, findings: Findings): void {
  findings.compared('definition')
  if (a.head.pipelineDigest === b.head.pipelineDigest) return
  const found = firstJson(a.definition, b.definition)
  const where = found === undefined ? '' : `, first at ${found.path}`
  const [one, other] =
    found === undefined ? [a.head.pipelineDigest, b.head.pipelineDigest] : shownJsons(found.a, found.b)
  findings.different({
    aspect: 'definition',
    name: found?.path ?? null,
    a: one,
    b: other,
    words: `the definitions differ${where}`,
  })
}

function compareParameters({ a, b }: Sides, findings: Findings): void {
  for (const name of namesOf(Object.keys(a.parameters), Object.keys(b.parameters))) {
    findings.compared('parameters')
    const found = firstJson(own(a.parameters, name), own(b.parameters, name))
    if (found === undefined) continue
    const inner = found.path === '$' ? '' : ` at ${found.path}`
    const [one, other] = shownJsons(found.a, found.b)
    const words = `the parameter ${name} differs${inner}`
    findings.different({ aspect: 'parameters', name, a: one, b: other, words })
  }
}

/** Environments by their digests, which is all that counts; then which packages these differ in. */
function compareLocks({ a, b }: Sides, findings: Findings): void {
  const before = findings.counts.get('lock')?.different ?? 0
  compareTexts(findings, { aspect: 'lock', a: valuesOf(a.head.lock), b: valuesOf(b.head.lock) })
  if (findings.counts.get('lock')?.different === before) return
  for (const { key: name, values, differs } of linesOf([a.packages, b.packages])) {
    const [one = null, other = null] = values
    const words = `the package ${name} of the environments differs`
    if (differs) findings.different({ aspect: 'lock', name, a: one, b: other, words })
  }
}

function compareCode({ a, b }: Sides, findings: Findings): void {
  for (const { key: path, values, differs } of linesOf([a.code, b.code])) {
    findings.compared('code')
    if (!differs) continue
    const [one = null, other = null] = values
    const of = { aspect: 'code', name: path, a: one, b: other } as const
    const [left, right] = [a.codeFiles.get(path), b.codeFiles.get(path)]
    if (one === null || other === null) {
      findings.different({ ...of, words: `the code has the file ${path} in one run alone` })
    } else if (left === undefined || right === undefined) {
      findings.different({ ...of, words: `the code file ${path} differs` })
    } else if (left.sha256 === right.sha256) {
      findings.different({ ...of, words: `the code file ${path} may be executed in one run alone` })
    } else {
      const contents = { a: left, b: right, name: path }
      findings.different({ ...of, words: `the code file ${path} differs`, contents })
    }
  }
}

type Texts = { readonly aspect: keyof typeof WHAT; readonly a: Values<string>; readonly b: Values<string> }

const WHAT = { lock: 'environment', inputs: 'input' } as const

function compareTexts(findings: Findings, { aspect, a, b }: Texts): void {
  for (const { key: name, values, differs } of linesOf([a, b])) {
    findings.compared(aspect)
    const [one = null, other = null] = values
    const what = WHAT[aspect]
    const words =
      one === null || other === null ? `the ${what} ${name} is there in one run alone` : `the ${what} ${name} differs`
    if (differs) findings.different({ aspect, name, a: one, b: other, words })
  }
}

function valuesOf(texts: Readonly<Record<string, string>>): Values<string> {
  return new Map(Object.entries(texts))
}
