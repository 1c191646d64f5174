import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { beginAndFollow } from '#core/cli/follow-run.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'
import { pushText, removedText } from '#core/cli/push-text.ts'
import { requireFile } from '#core/cli/read-input.ts'
import { plainText } from '#core/cli/text.ts'
import { parseParameters, readParameters } from './run.ts'

type PushCommandOptions = {
  readonly target: string
  readonly param?: readonly string[]
  readonly params?: string
  readonly run?: boolean
  readonly detach?: boolean
  readonly schedule?: string
  readonly timeZone?: string
  readonly scheduleName?: string
  readonly undo?: boolean
  readonly remove?: boolean
  readonly schedules?: boolean
  readonly alone?: boolean
}

/** `minisub push FILE --target T`. */
export async function pushCommand(file: string, options: PushCommandOptions, context: Context): Promise<number> {
  checkOptions(options)
  if (options.undo === true) return undoPush(file, options, context)
  if (options.remove === true) return removePush(file, options, context)
  await requireFile(file)
  const { target, schedule: cron, timeZone, scheduleName: name } = options
  const asked = {
    file: resolve(file),
    target,
    parameterTexts: parseParameters(options.param ?? []),
    parameters: options.params === undefined ? {} : await readParameters(options.params),
  }
  const times = { ...(timeZone === undefined ? {} : { timeZone }), ...(name === undefined ? {} : { name }) }
  const request = { ...asked, ...(cron === undefined ? {} : { schedule: { cron, ...times } }) }
  const done = await interruptible((signal, client) => client.push(request, { signal, onLine: sayLine }), context)
  if (done === undefined) return EXIT.cancelled
  if (options.run !== true) {
    await (context.json ? printJson(done) : print(pushText(done, target)))
    return EXIT.succeeded
  }
  say(pushText(done, target))
  return beginAndFollow((client, call) => client.startRun(asked, call), { detach: options.detach === true }, context)
}

/** Undefined where it was interrupted; the same push again goes on. */
async function interruptible<Result>(
  work: (signal: AbortSignal, client: Client) => Promise<Result>,
  { home }: Context,
): Promise<Result | undefined> {
  using interrupt = openInterrupt()
  const client = await connect(home)
  try {
    return await work(interrupt.signal, client)
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    say('interrupted: the same command goes on where this one was')
    return undefined
  }
}

function sayLine(line: string): void {
  say(plainText(line))
}

async function undoPush(file: string, { target }: PushCommandOptions, context: Context): Promise<number> {
  const client = await connect(context.home)
  const pipeline = await pipelineOf(file, client)
  const { pushed } = await client.listPushes({ target })
  const from = pushed.find((it) => it.pipeline === pipeline && it.isCurrent)?.template
  const result = await client.undoPush({ target, pipeline, ...(from === undefined ? {} : { from }) })
  const { version, undone } = result
  const text = `${version.pipeline} on ${target} is ${version.template} again, no longer ${undone.template}\n`
  await (context.json ? printJson(result) : print(text))
  return EXIT.succeeded
}

async function removePush(file: string, options: PushCommandOptions, context: Context): Promise<number> {
  const { target, schedules = false, alone = false } = options
  const removed = await interruptible(async (signal, client) => {
    const pipeline = await pipelineOf(file, client)
    return client.removePush({ target, pipeline, schedules, alone }, { signal, onLine: sayLine })
  }, context)
  if (removed === undefined) return EXIT.cancelled
  await (context.json ? printJson(removed) : print(removedText(removed, target)))
  return EXIT.succeeded
}

/** The name of the pipeline in a file; where there is no such file, the name that was given in its place. */
async function pipelineOf(file: string, client: Client): Promise<string> {
  const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
  if (!isFile && /^[a-z0-9][a-z0-9-]*$/.test(file)) return file
  await requireFile(file)
  return (await client.validatePipeline({ file: resolve(file) })).name
}

/** Flags that mean nothing together. */
function checkOptions(options: PushCommandOptions): void {
  const { undo, remove, run, schedule } = options
  const own = ['run', 'schedule', 'param', 'params'] as const
  const other = own.find((name) => options[name] !== undefined)
  const verb = undo === true ? '--undo' : '--remove'
  if (undo === true && remove === true)
    throw new Problem('usage', '--undo and --remove are two things: give one of them')
  if ((undo === true || remove === true) && other !== undefined)
    throw new Problem('usage', `${verb} pushes nothing: leave out --${other}`)
  if (options.schedules === true && remove !== true)
    throw new Problem('usage', '--schedules belongs to --remove: add it')
  if (options.alone === true && remove !== true) throw new Problem('usage', '--alone belongs to --remove: add it')
  if (options.detach === true && run !== true) throw new Problem('usage', '--detach belongs to --run: add it')
  const lone = options.timeZone === undefined ? 'schedule-name' : 'time-zone'
  if (schedule === undefined && (options.timeZone ?? options.scheduleName) !== undefined)
    throw new Problem('usage', `--${lone} belongs to --schedule: add it`)
}
