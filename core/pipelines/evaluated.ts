/** The value of an expression of the user, or why it has none. Nothing else may be done inside: a bug must be seen. */
export function evaluated<Value>(evaluate: () => Value): { readonly value: Value } | { readonly fault: string } {
  try {
    return { value: evaluate() }
  } catch (error) {
    return { fault: words(error) }
  }
}

function words(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
}
