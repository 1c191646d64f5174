/** One curve, and the line that it should stay below. */
export type Line = {
  readonly name: string
  readonly values: readonly (number | null)[]
  readonly limit: { readonly value: number; readonly isEnforced: boolean } | undefined
  /** A value for people. */
  readonly text: (value: number) => string
  /** The same beside the axis. */
  readonly tick: (value: number) => string
  /** True where a value holds for the whole time since the one before. */
  readonly isStepped: boolean
  readonly color: 'blue' | 'teal'
}
