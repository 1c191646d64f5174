import type { Command } from 'commander'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/models.ts')
const loadChanges = () => import('./commands/model-changes.ts')
const loadDownload = () => import('./commands/model-download.ts')

/** The group `models`: the model registry. */
export function addModelCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('models', 'list registered models, move their aliases, download their files', [
      'minisub models list',
      'minisub models show wine @champion',
      'minisub models alias wine champion 3',
      'minisub models download wine @champion --to model',
    ]),
  )
  const examples = ['minisub models list', 'minisub models list --filter "name LIKE \'%wine%\'" --json']
  sub('list', 'list registered models by name', examples, { isDefault: true })
    .option('--limit <n>', 'how many at most', '50')
    .option('--filter <filter>', "only models that fit this, such as: tags.team = 'red'")
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listModelsCommand(options, context))
    })
  sub('show <model> [version]', 'show a model with its versions, or one version', [
    'minisub models show wine',
    'minisub models show wine 3',
    'minisub models show wine @champion --json',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, model: string, version: string | undefined) {
      await run(this, async (context) => (await load()).showModelCommand(model, version, context))
    })
  addChanges({ run, add: sub })
  addDownload({ run, add: sub })
}

function addChanges({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  add('alias <model> <alias> [version]', 'let an alias mean a version, or delete it', [
    'minisub models alias wine champion 3',
    'minisub models alias wine champion latest',
    'minisub models alias wine champion --delete',
  ])
    .option('--delete', 'delete the alias; its version stays')
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, model: string, alias: string, version: string | undefined) {
      const isDelete = this.opts<{ delete?: boolean }>().delete === true
      const wish = { model, alias, version, isDelete }
      await run(this, async (context) => (await loadChanges()).modelAliasCommand(wish, context))
    })
  add('delete <model> [version]', 'delete a version, or a model with all of them; runs and their files stay', [
    'minisub models delete wine 3',
    'minisub models delete wine --yes',
  ])
    .option('--yes', 'do not ask')
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, model: string, version: string | undefined) {
      const { yes = false } = this.opts<{ yes?: boolean }>()
      await run(this, async (context) => (await loadChanges()).deleteModelCommand({ model, version, yes }, context))
    })
}

function addDownload({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  add('download <model> <version>', 'save all files of a version, checked; one that was cut off goes on', [
    'minisub models download wine 3 --to wine-3',
    'minisub models download wine @champion --to model --force',
  ])
    .requiredOption('--to <dir>', 'the folder to make')
    .option('--force', 'put it in the place of a folder that is there')
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, model: string, version: string) {
      const { to, force = false } = this.opts<{ to: string; force?: boolean }>()
      const wish = { model, version, to, force }
      await run(this, async (context) => (await loadDownload()).downloadModelCommand(wish, context))
    })
}
