import type { Command } from 'commander'
import { JSON_FLAG, type Setup } from './program-setup.ts'

/** The command `verify`. */
export function addVerifyCommand({ add, run }: Setup): void {
  add('verify [run] [other]', 'say whether two runs are the same, and sign it; or check what was signed', [
    'minisub verify 01kc2m3n 01kc2m9z',
    'minisub verify 01kc2m3n 01kc2m9z --tolerance 1e-6 --save wine.parity.json',
    'minisub verify --key',
    'minisub verify --certificate wine.parity.json --key 3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=',
  ])
    .option('--tolerance <number>', 'how far metrics may be apart, as a part of the larger one (default: 1e-9)')
    .option('--save <file>', 'save the certificate as a file, which must not be there yet')
    .option('--certificate <file>', 'check a certificate instead; needs no core')
    .option('--key [key]', 'the public key, or a file with it, that must have signed it; alone: print that of this one')
    .option(JSON_FLAG, 'print the certificate, or what came of the check, as one JSON object on stdout')
    .action(async function (this: Command, a: string | undefined, b: string | undefined) {
      const options = this.opts<VerifyFlags>()
      const runs = [a, b].filter((it) => it !== undefined)
      await run(this, async (context) => (await import('./commands/verify.ts')).verifyCommand(runs, options, context))
    })
}

/** What `minisub verify` was given beside runs. */
export type VerifyFlags = {
  readonly tolerance?: string
  readonly save?: string
  readonly certificate?: string
  /** True where no key is named. */
  readonly key?: string | true
}
