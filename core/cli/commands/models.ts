import type { ModelRow, VersionRow, VersionView } from '#core/contract/models.ts'
import { formatBytes } from '#core/base/quantity.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, counted, localTime, plainText } from '#core/cli/text.ts'

const PAGE = 1_000
const HOW = "mlflow.sklearn.log_model(model, name='forest', registered_model_name='wine')"

type ListOptions = { readonly limit: string; readonly filter?: string }

/** `minisub models list`. */
export async function listModelsCommand(options: ListOptions, context: Context): Promise<number> {
  const limit = wholeNumber('--limit', options.limit, 1)
  const client = await connect(context.home)
  const models: ModelRow[] = []
  let page: string | undefined
  do {
    const most = Math.min(PAGE, limit - models.length)
    const some = await client.listModels({ filter: options.filter, limit: most, page })
    models.push(...some.models)
    page = some.next ?? undefined
  } while (page !== undefined && models.length < limit)
  if (context.json) await printJson({ models })
  else if (models.length > 0) await print(modelTable(models))
  else if (options.filter === undefined) await print(`no registered models: a program makes one with ${HOW}\n`)
  else await print('no registered model fits the filter\n')
  return EXIT.succeeded
}

/** `minisub models show NAME [VERSION]`. */
export async function showModelCommand(model: string, version: string | undefined, context: Context): Promise<number> {
  const client = await connect(context.home)
  if (version !== undefined) {
    const view = await client.showModelVersion({ model, version })
    await (context.json ? printJson(view) : print(versionText(view)))
    return EXIT.succeeded
  }
  const row = await client.showModel({ model })
  const { versions, next } = await client.listModelVersions({ model, limit: PAGE })
  if (context.json) await printJson({ ...row, versionRows: versions })
  else {
    const more = next === null ? '' : `and ${row.versions - versions.length} older ones\n`
    const table = versions.length === 0 ? 'no versions yet\n' : versionTable(versions)
    await print(`${columns(modelRows(row))}\n${table}${more}`)
  }
  return EXIT.succeeded
}

function modelTable(models: readonly ModelRow[]): string {
  const rows = models.map((model) => [
    plainText(model.name),
    String(model.versions),
    model.latest === null ? '-' : String(model.latest),
    aliasText(model) || '-',
    localTime(model.updatedAt),
  ])
  return columns([['MODEL', 'VERSIONS', 'LATEST', 'ALIASES', 'CHANGED'], ...rows])
}

function aliasText({ aliases }: ModelRow): string {
  return aliases.map(({ alias, version }) => `@${alias}=${version}`).join(' ')
}

function modelRows(model: ModelRow): string[][] {
  return [
    ['model', plainText(model.name)],
    ...optional('description', model.description),
    ...optional('aliases', aliasText(model)),
    ...Object.entries(model.tags).map(([key, value]) => [`tag ${plainText(key)}`, plainText(value)]),
    ['created', localTime(model.createdAt)],
  ]
}

function versionTable(versions: readonly VersionRow[]): string {
  const rows = versions.map((version) => [
    String(version.version),
    version.aliases.map((alias) => `@${alias}`).join(' ') || '-',
    version.stage === 'None' ? '-' : version.stage,
    localTime(version.createdAt),
    version.run ?? '-',
    plainText(version.source),
  ])
  return columns([['VERSION', 'ALIASES', 'STAGE', 'CREATED', 'RUN', 'SOURCE'], ...rows])
}

function versionText(view: VersionView): string {
  const { signature, lineage, files, bytes } = view
  const made = lineage.nodes.filter(({ kind }) => kind !== 'version' && kind !== 'alias')
  return columns([
    ['version', `${plainText(view.model)} ${view.version}`],
    ...optional('aliases', view.aliases.map((alias) => `@${alias}`).join(' ')),
    ...optional('stage', view.stage === 'None' ? '' : view.stage),
    ...optional('description', view.description),
    ['created', localTime(view.createdAt)],
    ['source', plainText(view.source)],
    ...made.map(({ kind, label, detail }) => [kind, plainText(`${label}${detail === null ? '' : ` (${detail})`}`)]),
    ...pairRows('param', view.params),
    ...pairRows('metric', view.metrics),
    ...pairRows('tag', view.tags),
    ...optional('flavors', Object.keys(view.flavors).join(', ')),
    ...optional('takes', fieldsText(signature?.inputs)),
    ...optional('gives', fieldsText(signature?.outputs)),
    ...optional('requires', view.requirements.join(', ')),
    ['files', `${counted(files, 'file')}, ${formatBytes(bytes)}`],
  ])
}

type Fields = NonNullable<VersionView['signature']>['inputs']

function fieldsText(fields: Fields = []): string {
  return fields
    .map(
      ({ name, type, shape, required }) =>
        `${name}${name === '' ? '' : ': '}${type}${shape ?? ''}${required ? '' : '?'}`,
    )
    .join(', ')
}

function pairRows(label: string, pairs: Readonly<Record<string, string | number>>): string[][] {
  return Object.entries(pairs).map(([key, value]) => [`${label} ${plainText(key)}`, plainText(String(value))])
}

function optional(label: string, text: string): string[][] {
  return text === '' ? [] : [[label, plainText(text)]]
}
