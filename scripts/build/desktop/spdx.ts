/**
 * Whether a licence expression of SPDX, such as `(MIT OR CC0-1.0)`, can be met with allowed licences alone. AND binds more
 * than OR. Throws an Error of one sentence for what is no expression.
 */
export function isLicenceAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? []
  let at = 0
  const refuse = (): never => {
    throw new Error(`"${expression}" is no licence expression of SPDX: look what the package says`)
  }
  const takes = (word: string): boolean => words[at] === word && ++at > 0
  const one = (): boolean => {
    if (takes('(')) {
      const inner = either()
      return takes(')') ? inner : refuse()
    }
    const name = words[at++]
    if (name === undefined || !/^[A-Za-z0-9.+-]+$/.test(name) || /^(AND|OR|WITH)$/.test(name)) return refuse()
    return allowed.has(takes('WITH') ? `${name} WITH ${words[at++] ?? refuse()}` : name)
  }
  const all = (): boolean => {
    let holds = one()
    while (takes('AND')) holds = one() && holds
    return holds
  }
  const either = (): boolean => {
    let holds = all()
    while (takes('OR')) holds = all() || holds
    return holds
  }
  const holds = either()
  return at === words.length ? holds : refuse()
}
