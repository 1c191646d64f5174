import { resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { RerunPlace, type PulledStep, type RerunReport } from '#core/contract/pulled-step.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { followRun } from '#core/cli/follow-run.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'
import { afterShellText, changesText, pulledText, rerunText } from '#core/cli/pull-step-report.ts'
import { openPulledShell, requireTerminal } from '#core/cli/pulled-shell.ts'
import { nameOf, parseStepAddress, stepRunsOf } from '#core/cli/step-address.ts'
import { counted, plainText } from '#core/cli/text.ts'

export type PullStepFlags = {
  readonly item?: string
  readonly attempt?: string
  readonly into?: string
  readonly force?: boolean
  readonly on?: string
  readonly rerun: boolean
  readonly shell?: boolean
  readonly apply?: boolean
}

/** A step run as routes name it. */
type Named = {
  readonly run: string
  readonly step: string
  readonly item?: number
  readonly attempt?: number
}

type Asked = { readonly client: Client; readonly named: Named; readonly into: string | undefined }

/** `minisub pull-step RUN STEP`. */
export async function pullStepCommand(
  run: string,
  text: string,
  { flags, ...context }: Context & { readonly flags: PullStepFlags },
): Promise<number> {
  refuseBoth(flags)
  const on = placeOf(flags.on)
  if (flags.shell === true) requireTerminal()
  const client = await connect(context.home)
  const named = await namedStep(client, run, { text, ...flags })
  const asked = { client, named, into: flags.into === undefined ? undefined : resolve(flags.into) }
  if (flags.apply === true) return takeOver(asked, context)
  const pulled = await pull(asked, flags)
  if (flags.shell === true) return inShell(asked, pulled, context)
  if (!flags.rerun) {
    await (context.json ? printJson({ pulled }) : print(pulledText(pulled)))
    return EXIT.succeeded
  }
  if (!context.json) await print(pulledText(pulled))
  return doAgain(asked, { pulled, on }, context)
}

function refuseBoth({ shell, apply: applies, force }: PullStepFlags): void {
  if (shell === true && applies === true)
    throw new Problem('usage', '--shell and --apply are two calls: leave one of them')
  if (force === true && applies === true)
    throw new Problem('usage', '--force makes the folder anew, so that nothing is left to --apply: leave one of them')
}

function placeOf(on: string | undefined): RerunPlace | undefined {
  const place = RerunPlace.optional().safeParse(on)
  if (place.success) return place.data
  throw new Problem('usage', `--on wants docker or process and got "${on ?? ''}"`)
}

type Wanted = Pick<PullStepFlags, 'item' | 'attempt'> & { readonly text: string }

async function namedStep(client: Client, run: string, { text, item, attempt }: Wanted): Promise<Named> {
  const address = parseStepAddress(text, item)
  const view = await client.showRun({ run })
  const [first, second] = stepRunsOf(view, address)
  if (first === undefined) throw new Error(`no step run of ${text}`)
  if (second !== undefined)
    throw new Problem('usage', `"${address.step}" is a fan-out: name one item, such as ${nameOf(first)}`)
  return {
    run: view.id,
    step: first.name,
    ...(first.item === null ? {} : { item: first.item.index }),
    ...(attempt === undefined ? {} : { attempt: wholeNumber('--attempt', attempt, 1) }),
  }
}

function pull({ client, named, into }: Asked, { force, shell: wantsShell, on }: PullStepFlags): Promise<PulledStep> {
  const place = into === undefined ? {} : { into }
  const ready = wantsShell === true ? { shell: placeOf(on) ?? ('any' as const) } : {}
  return client.pullStep({ ...named, ...place, ...ready, force: force === true }, { onLine: say })
}

async function takeOver({ client, named, into }: Asked, { json }: Context): Promise<number> {
  const done = await client.applyPulledChanges({ ...named, ...(into === undefined ? {} : { into }) })
  if (json) {
    await printJson(done)
    return EXIT.succeeded
  }
  const { applied, folder } = done
  if (applied.length === 0) await print('the code is as it was in the run: nothing was copied\n')
  else {
    const text = `${counted(applied.length, 'file')} copied to ${plainText(folder)}:\n${changesText(applied)}`
    await print(`${text}to go on with them: minisub resume ${done.run} --with-code\n`)
  }
  return EXIT.succeeded
}

/** Its exit code is that of the shell. */
async function inShell({ named, into }: Asked, pulled: PulledStep, context: Context): Promise<number> {
  say(pulledText(pulled))
  const code = await openPulledShell(pulled, context)
  // A core that nobody talked to meanwhile has ended.
  const again = await connect(context.home)
  const { changes } = await again.showPulledChanges({ ...named, ...(into === undefined ? {} : { into }) })
  if (context.json) await printJson({ pulled, changes })
  else say(afterShellText(changes, { ...named, item: named.item, into }))
  return code
}

type Rerun = { readonly pulled: PulledStep; readonly on: RerunPlace | undefined }

async function doAgain({ client, named }: Asked, { pulled, on }: Rerun, context: Context): Promise<number> {
  using interrupt = openInterrupt()
  const { signal } = interrupt
  const wish = { ...named, ...(on === undefined ? {} : { target: on }) }
  const { run, notes } = await client.rerunStep(wish, { signal, onLine: say })
  for (const note of notes) say(`note: ${plainText(note)}`)
  await followRun(client, run, { home: context.home, signal })
  const report = await (await connect(context.home)).showRerun({ run: run.id })
  if (context.json) await printJson({ pulled, rerun: report, notes })
  else await print(rerunText(report))
  return exitCodeOf(report)
}

/** 0 where it ended as it did there. */
function exitCodeOf({ verdict, here }: RerunReport): number {
  if (here.outcome === 'cancelled') return EXIT.cancelled
  return verdict === 'same' ? EXIT.succeeded : EXIT.failed
}
