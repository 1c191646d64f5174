/** A line to copy, and what it is as the object of a sentence. */
export type LoadLine = { readonly what: string; readonly text: string }

type Loaded = {
  readonly model: string
  readonly version: number
  readonly aliases: readonly string[]
  readonly flavors: Readonly<Record<string, unknown>>
}

/** How a version is loaded: by its first alias, which goes on to mean the best one, else by its number. */
export function loadLines({ model, version, aliases, flavors }: Loaded): readonly LoadLine[] {
  const [alias] = aliases
  const address = `models:/${model}${alias === undefined ? `/${version}` : `@${alias}`}`
  const which = alias === undefined ? `${version}` : `@${alias}`
  const own = ['sklearn', 'pytorch', 'tensorflow', 'xgboost', 'lightgbm', 'onnx'].find((it) => it in flavors)
  const load = (module: string) => `import mlflow\n\nmodel = mlflow.${module}.load_model(${JSON.stringify(address)})`
  return [
    { what: 'the lines that load it', text: load('pyfunc') },
    ...(own === undefined ? [] : [{ what: `the lines that load it with ${own}`, text: load(own) }]),
    { what: 'the command that downloads it', text: `minisub models download ${shellWord(model)} ${which}` },
  ]
}

/** A line that installs requirements by pip, as a shell takes it. */
export function pipLine(requirements: readonly string[]): string {
  return `pip install ${requirements.map(shellWord).join(' ')}`
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
