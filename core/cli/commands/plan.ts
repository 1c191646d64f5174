import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { planText } from '#core/cli/plan-text.ts'
import type { PlanFlags } from '#core/cli/program-plan.ts'
import { runRequest } from './run.ts'

/** `minisub plan FILE --target T`. Exit code 0 where it says go, with or without warnings; 1 where it says no. */
export async function planCommand(file: string, flags: PlanFlags, context: Context): Promise<number> {
  const { parallelism: _, ...request } = await runRequest(file, flags)
  const client = await connect(context.home)
  const plan = await client.planPush({ ...request, target: flags.target }, { onLine: say })
  await (context.json ? printJson(plan) : print(planText(plan)))
  return plan.verdict === 'no' ? EXIT.failed : EXIT.succeeded
}
