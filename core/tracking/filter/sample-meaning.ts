/** What the operators of the language mean, told in a second way for tests. */
export type TextOperator = '=' | '!=' | 'LIKE' | 'ILIKE' | 'NOT LIKE' | 'NOT ILIKE'
export type NumberOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** LIKE; with `fold` ILIKE, which knows capitals of ASCII. */
export function likeMatches(value: string, pattern: string, fold: boolean): boolean {
  const lower = (text: string): string => (fold ? text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : text)
  const source = lower(pattern)
    .replaceAll(/[\\^$.*+?()[\]{}|-]/g, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${source}$`, 'su').test(lower(value))
}

/** A comparison of texts. */
export function textHolds(value: string, operator: TextOperator, asked: string): boolean {
  switch (operator) {
    case '=':
      return value === asked
    case '!=':
      return value !== asked
    case 'LIKE':
    case 'ILIKE':
      return likeMatches(value, asked, operator === 'ILIKE')
    case 'NOT LIKE':
    case 'NOT ILIKE':
      return !likeMatches(value, asked, operator === 'NOT ILIKE')
  }
}

/** A comparison of numbers. */
export function numberHolds(value: number, operator: NumberOperator, asked: number): boolean {
  switch (operator) {
    case '=':
      return value === asked
    case '!=':
      return value !== asked
    case '<':
      return value < asked
    case '<=':
      return value <= asked
    case '>':
      return value > asked
    case '>=':
      return value >= asked
  }
}
