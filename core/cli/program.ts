import { Command, Option } from 'commander'
import type { LogsOptions } from './commands/logs.ts'
import { homeFolder } from '#core/files/index.ts'
import { addAccessCommands } from './program-access.ts'
import { addClusterCommands } from './program-clusters.ts'
import { addConformanceCommand } from './program-conformance.ts'
import { addEnvironmentCommands } from './program-environments.ts'
import { addExperimentCommands } from './program-experiments.ts'
import { addFolderCommands } from './program-folders.ts'
import { addMoveCommand } from './program-move.ts'
import { addModelCommands } from './program-models.ts'
import { addPlanCommand } from './program-plan.ts'
import { addPricesCommand } from './program-prices.ts'
import { addPushCommands } from './program-push.ts'
import { addPullStepCommand } from './program-pull-step.ts'
import { addScheduleCommands } from './program-schedules.ts'
import { addSecretCommands } from './program-secrets.ts'
import { addSettingCommands } from './program-settings.ts'
import { addTargetCommand } from './program-target.ts'
import { addTargetCommands } from './program-targets.ts'
import { addTrackingCommands } from './program-tracking.ts'
import { addVerifyCommand } from './program-verify.ts'
import { adderTo, collect, examplesText, JSON_FLAG, JSON_HELP, type Outcome, type Setup } from './program-setup.ts'

/** Each command's code, loaded when it is called. */
const load = {
  cluster: () => import('./commands/cluster.ts'),
  starting: () => import('./commands/run.ts'),
  pipeline: () => import('./commands/pipeline.ts'),
  history: () => import('./commands/runs.ts'),
  why: () => import('./commands/why.ts'),
  usage: () => import('./commands/usage.ts'),
  logs: () => import('./commands/logs.ts'),
  artifacts: () => import('./commands/artifacts.ts'),
  serve: () => import('./commands/serve.ts'),
  doctor: () => import('./commands/doctor.ts'),
  init: () => import('./commands/init.ts'),
} as const

/** All commands; none of their code is loaded before it is called. Throws commander's own errors on wrong usage. */
export function buildProgram(outcome: Outcome, version: string): Command {
  const program = new Command('minisub')
    .description('Defines a pipeline once, runs it anywhere, and proves that it is the same.')
    .version(version)
    .option('--home <dir>', 'data folder (default: MINISUB_HOME, else ~/.mini-submarine)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
  program.addHelpText(
    'after',
    examplesText(['minisub init hello', 'minisub run hello/pipeline.yaml', 'minisub show <run>']),
  )
  const run: Setup['run'] = async (command, action) => {
    const options = command.optsWithGlobals<{ home?: string; json?: boolean }>()
    outcome.exitCode = await action({ home: homeFolder(options.home), json: options.json === true })
  }
  const setup: Setup = { add: adderTo(program), run, outcome }
  addRunCommands(setup)
  addMoveCommand(setup)
  addPipelineCommands(setup)
  addHistoryCommands(setup)
  addResultCommands(setup)
  addPullStepCommand(setup)
  addVerifyCommand(setup)
  addPlanCommand(setup)
  addEnvironmentCommands(setup)
  addFolderCommands(setup)
  addScheduleCommands(setup)
  addPushCommands(setup)
  addSettingCommands(setup)
  addPricesCommand(setup)
  addSecretCommands(setup)
  addAccessCommands(setup)
  addTrackingCommands(setup)
  addExperimentCommands(setup)
  addModelCommands(setup)
  addTargetCommands(setup)
  addTargetCommand(setup)
  addClusterCommands(setup)
  addConformanceCommand(setup)
  addMachineCommands(setup)
  return program
}

function addRunCommands({ add, run, outcome }: Setup): void {
  add('run <file>', 'run a pipeline and show its progress', [
    'minisub run pipeline.yaml',
    'minisub run pipeline.yaml -p depth=4 -p "name=two words"',
    'minisub run pipeline.yaml --params values.yaml --json > run.json',
    'minisub run pipeline.yaml --detach',
    'minisub run pipeline.yaml --target docker',
  ])
    .option('--target <name>', 'where to run: process, docker, or a cluster target', 'process')
    .option('-p, --param <key=value>', 'set a parameter; may be repeated', collect)
    .option('--params <file>', 'read parameters from a YAML or JSON file; -p wins')
    .option('--no-cache', 'neither read nor write the cache')
    .option(
      '--parallelism <n>',
      'how many steps may run at once (default: the number of cores; on a cluster what its target says)',
    )
    .option('--detach', 'return as soon as the run has begun')
    .option(JSON_FLAG, 'print the run as one JSON object on stdout when it has ended')
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load.starting()).runCommand(file, options, context))
    })
  add('resume <run>', 'start a failed or cancelled run again, keeping what succeeded', [
    'minisub resume 01kc2m3n',
    'minisub resume 01kc2m3n --with-code',
  ])
    .option('--with-code', "take today's code folder; steps that changed run again")
    .option('--detach', 'return as soon as the run has begun')
    .option(JSON_FLAG, 'print the run as one JSON object on stdout when it has ended')
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.starting()).resumeCommand(id, options, context))
    })
}

function addPipelineCommands({ add, run, outcome }: Setup): void {
  add('validate <file>', 'say everything that is wrong with a pipeline', ['minisub validate pipeline.yaml'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load.pipeline()).validateCommand(file, options, context))
    })
  add('digest <file>', "print the pipeline's digest, the same on every machine", ['minisub digest pipeline.yaml'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load.pipeline()).digestCommand(file, options, context))
    })
  add('compile <file>', 'print what a cluster target would be given for a pipeline, as YAML', [
    'minisub compile pipeline.yaml --target lab',
    'minisub compile pipeline.yaml --target lab -p depth=4 | kubectl apply --dry-run=server -f -',
  ])
    .requiredOption('--target <name>', 'a cluster target, see minisub target list')
    .option('-p, --param <key=value>', 'set a parameter; may be repeated', collect)
    .option('--params <file>', 'read parameters from a YAML or JSON file; -p wins')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load.cluster()).compileCommand(file, options, context))
    })
  add('lock <file>', 'write the exact packages of all environments beside the pipeline', [
    'minisub lock pipeline.yaml',
    'minisub lock pipeline.yaml --update',
  ])
    .option('--update', 'resolve everything anew')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (file: string, options, command: Command) => {
      outcome.file = file
      await run(command, async (context) => (await load.pipeline()).lockCommand(file, options, context))
    })
}

function addHistoryCommands({ add, run }: Setup): void {
  add('runs', 'list runs of pipelines, newest first; with a filter or an experiment those that were tracked', [
    'minisub runs',
    'minisub runs --status failed --limit 5',
    "minisub runs --filter 'metrics.loss@min < 0.3' --order-by 'metrics.loss ASC'",
    'minisub runs --experiment wine --columns metrics.loss@min,params.depth --json',
  ])
    .option('--limit <n>', 'how many at most', '20')
    .option('--status <status>', 'only runs of pipelines of this status')
    .option('--pipeline <name>', 'only runs of this pipeline')
    .option('--search <text>', 'only runs whose id begins with this, or whose pipeline has it in its name')
    .option('--tracked', 'list what was tracked: runs of programs, and of pipelines with their steps')
    .option('--filter <filter>', 'only tracked runs that fit this, in the filter language of docs/tracking.md')
    .option('--experiment <name>', 'only tracked runs of this experiment, a name or an id; may be repeated', collect)
    .option('--order-by <term>', "how to order tracked runs, such as 'metrics.loss ASC'; may be repeated", collect)
    .option('--columns <list>', 'metrics.KEY, metrics.KEY@min, params.KEY and tags.KEY, with commas between them')
    .option('--deleted', 'tracked runs that are in the trash')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.history()).runsCommand(options, context))
    })
  add('show <run>', 'show a run with its steps', ['minisub show 01kc2m3n', 'minisub show 01kc2m3n --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.history()).showCommand(id, options, context))
    })
  add('cancel <run>', 'cancel a run and wait until everything that it started is gone', ['minisub cancel 01kc2m3n'])
    .option('--force', 'do not wait for a cluster that is not heard: what is left there ends when it is heard again')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.history()).cancelCommand(id, options, context))
    })
  add('why <run> <step>', 'say why a step ran, was cached, was skipped, waits or failed, and what to do about it', [
    'minisub why 01kc2m3n train',
    'minisub why 01kc2m3n "train[2]"',
  ])
    .option('--item <n>', 'the item of a fan-out')
    .option(JSON_FLAG, JSON_HELP)
    .action(async function (this: Command, id: string, step: string) {
      const options = this.opts<{ item?: string }>()
      await run(this, async (context) => (await load.why()).whyCommand(id, step, { ...options, ...context }))
    })
}

function addResultCommands({ add, run }: Setup): void {
  add('usage <run>', 'show where the time of a run went, what was used of what was asked for, and better requests', [
    'minisub usage 01kc2m3n',
    'minisub usage 01kc2m3n --apply --step train',
  ])
    .option('--apply', 'write the better requests into the document of the run; all else in it stays as it is')
    .option('--step <name>', 'show or write those of this step alone; may be repeated', collect)
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.usage()).usageCommand(id, options, context))
    })
  add('logs <run> [step]', 'print the log of a step, or of all steps in order', [
    'minisub logs 01kc2m3n',
    'minisub logs 01kc2m3n "train[2]" --attempt 1',
    'minisub logs 01kc2m3n train --follow',
  ])
    .option('--item <n>', 'the item of a fan-out')
    .option('--attempt <n>', 'an earlier attempt (default: the latest)')
    .option('-f, --follow', 'go on until the log is complete')
    .option(JSON_FLAG, 'print one JSON object for each line')
    .action(async function (this: Command, id: string, step: string | undefined) {
      const options = this.opts<LogsOptions>()
      await run(this, async (context) => (await load.logs()).logsCommand(id, step, { ...options, ...context }))
    })
  add('pull <run>', 'take to this machine what a run on a cluster has left in its bucket', [
    'minisub pull 01kc2m3n',
    'minisub pull 01kc2m3n --step train',
  ])
    .option('--step <name>', 'only the outputs of this step')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.cluster()).pullCommand(id, options, context))
    })
  add('artifacts <run>', 'list the outputs of a run, or save them', [
    'minisub artifacts 01kc2m3n',
    'minisub artifacts 01kc2m3n --save results',
  ])
    .option('--save <dir>', 'save them below this folder; nothing is overwritten')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (id: string, options, command: Command) => {
      await run(command, async (context) => (await load.artifacts()).artifactsCommand(id, options, context))
    })
}

function addMachineCommands({ add, run }: Setup): void {
  add('serve', 'run the core in the foreground', ['minisub serve', 'minisub serve --port 4711 --idle-exit 30m'])
    .option('--port <n>', 'the port, which then is kept (default: a free one, chosen once)')
    .option('--idle-exit <time>', 'end after this time without a run, a schedule, a connection or a request')
    .option(JSON_FLAG, 'print {url, tokenFile, pid} as one line when it is ready')
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.serve()).serveCommand(options, context))
    })
  add('doctor', 'check what this machine has of what is needed', ['minisub doctor', 'minisub doctor --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load.doctor()).doctorCommand(options, context))
    })
  add('init [template]', 'copy a sample pipeline into a new folder (default: hello)', [
    'minisub init',
    'minisub init wine --dir my-wine',
    'minisub init --list',
  ])
    .addOption(new Option('--dir <dir>', 'folder to make (default: the name of the template)'))
    .option('--list', 'list the templates')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (template: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load.init()).initCommand(template, options, context))
    })
}
