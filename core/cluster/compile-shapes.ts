/** What the compiler writes of Argo's objects; the fields are Argo's own. */

export type Parameter = { readonly name: string; readonly value?: string; readonly valueFrom?: object }

export type Artifact = {
  readonly name: string
  readonly path?: string
  readonly mode?: number
  readonly recurseMode?: true
  readonly archive: { readonly none: object }
  readonly optional?: true
  readonly s3?: { readonly key: string }
}

export type InputsOrOutputs = { readonly parameters?: readonly Parameter[]; readonly artifacts?: readonly Artifact[] }

export type DagTask = {
  readonly name: string
  readonly template: string
  readonly depends?: string
  readonly when?: string
  readonly withSequence?: { readonly count: string }
  readonly arguments?: InputsOrOutputs
}

export type Dag = { readonly failFast: false; readonly target?: string; readonly tasks: readonly DagTask[] }

export type Container = {
  readonly name: string
  readonly image?: string
  readonly imagePullPolicy?: string
  readonly command?: readonly string[]
  readonly lifecycle?: object
  readonly volumeMounts?: readonly object[]
  readonly dependencies?: readonly string[]
}

export type Template = {
  readonly name: string
  readonly inputs?: InputsOrOutputs
  readonly outputs?: InputsOrOutputs
  readonly parallelism?: number
  readonly dag?: Dag
  readonly suspend?: { readonly duration: string }
  readonly retryStrategy?: object
  readonly activeDeadlineSeconds?: number
  readonly containerSet?: { readonly volumeMounts: readonly object[]; readonly containers: readonly Container[] }
  readonly container?: object
  readonly volumes?: readonly object[]
}

type Filled<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined | null> }

/** An object with those of its fields that hold something. */
export function filled<Fields extends object>(fields: Fields): Filled<Fields> {
  const kept = Object.entries(fields).filter(([, value]: [string, unknown]) => !isEmpty(value))
  return Object.fromEntries(kept) as Filled<Fields>
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
