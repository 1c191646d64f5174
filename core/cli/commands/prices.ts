import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { columns, plainText } from '#core/cli/text.ts'
import { Rates, type PricesView } from '#core/contract/prices.ts'
import { initPrices } from '#core/prices/index.ts'

/** `minisub prices`; with `init` it writes the file, for which no core is needed. */
export async function pricesCommand({ init = false }: { init?: boolean }, context: Context): Promise<number> {
  if (init) {
    const file = await initPrices(context.home)
    await (context.json ? printJson({ file }) : print(`${file}\n`))
    return EXIT.succeeded
  }
  const view = await (await connect(context.home)).showPrices()
  await (context.json ? printJson(view) : print(pricesText(view)))
  return EXIT.succeeded
}

/** The prices as a table, one target a column. */
export function pricesText({ file, prices }: PricesView): string {
  if (prices === null) return `there is no ${file}: minisub prices --init writes one to fill in\n`
  const targets = Object.entries(prices.targets)
  const given = [prices.default, ...targets.map(([, rates]) => rates)]
  const keys = Rates.keyof().options.filter((key) => given.some((rates) => rates[key] !== undefined))
  const head = ['', 'default', ...targets.map(([name]) => plainText(name))]
  const rows = keys.map((key) => [key, ...given.map((rates) => rateText(rates[key]))])
  return `${file}, in ${prices.currency}\n\n${columns([head, ...rows])}`
}

function rateText(rate: Rates[keyof Rates]): string {
  if (rate === undefined) return ''
  if (typeof rate === 'number') return String(rate)
  return Object.entries(rate)
    .map(([gpu, each]) => `${plainText(gpu)} ${each}`)
    .join(', ')
}
