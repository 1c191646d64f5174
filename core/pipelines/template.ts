/** A text with expressions in it, cut at their borders. Offsets count from the start of the text. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly offset: number }

export type SplitTemplate =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  | { readonly ok: false; readonly message: string; readonly offset: number }

/**
 * Cuts a text at `${{ … }}`. `$${{` is a literal `${{`. An expression ends at the first `}}` outside of its string
 * literals, so a text in an expression may hold braces.
 */
export function splitTemplate(text: string): SplitTemplate {
  const parts: TemplatePart[] = []
  let literal = ''
  let position = 0
  while (position < text.length) {
    const start = text.indexOf('${{', position)
    if (start === -1) break
    if (start > 0 && text[start - 1] === '$' && start - 1 >= position) {
      literal += `${text.slice(position, start - 1)}\${{`
      position = start + 3
      continue
    }
    const end = findEnd(text, start + 3)
    if (end === undefined)
      return { ok: false, message: 'an expression that begins with ${{ does not end: add }}', offset: start }
    literal += text.slice(position, start)
    if (literal !== '') parts.push({ kind: 'text', text: literal })
    literal = ''
    parts.push({ kind: 'expression', source: text.slice(start + 3, end).trim(), offset: start + 3 })
    position = end + 2
  }
  literal += text.slice(position)
  if (literal !== '' || parts.length === 0) parts.push({ kind: 'text', text: literal })
  return { ok: true, parts }
}

function findEnd(text: string, from: number): number | undefined {
  let quote: string | undefined
  let braces = 0
  for (let i = from; i < text.length; i += 1) {
    const char = text[i]
    if (quote !== undefined) {
      if (char === '\\') i += 1
      else if (char === quote) quote = undefined
    } else if (char === '"' || char === "'") quote = char
    else if (char === '{') braces += 1
    else if (char === '}' && braces > 0) braces -= 1
    else if (char === '}' && text[i + 1] === '}') return i
  }
  return undefined
}
