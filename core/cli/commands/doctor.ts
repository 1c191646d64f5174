import { createColors } from 'picocolors'
import { doctorChecks, type Check } from '#core/cli/doctor-checks.ts'
import { print, printJson, wantsColours, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns } from '#core/cli/text.ts'

/** `minisub doctor`: what this machine has of what is needed; exit 1 where something that is needed is missing. */
export async function doctorCommand(_options: object, context: Context): Promise<number> {
  const checks = await doctorChecks(context.home)
  const ok = checks.every((check) => check.status !== 'error')
  if (context.json) await printJson({ ok, checks })
  else await print(table(checks))
  return ok ? EXIT.succeeded : EXIT.failed
}

function table(checks: readonly Check[]): string {
  const { green, yellow, red } = createColors(wantsColours(process.stdout))
  const paint = { ok: green, warning: yellow, error: red }
  const lines = columns(checks.map((check) => [check.status, check.name, check.found]))
    .trimEnd()
    .split('\n')
  return checks
    .map((check, i) => {
      const line = (lines[i] ?? '').replace(check.status, (word) => paint[check.status](word))
      return check.fix === null ? `${line}\n` : `${line}\n         fix: ${check.fix}\n`
    })
    .join('')
}
