import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { canonicalJson } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import type { VerifyFlags } from '#core/cli/program-verify.ts'
import { readText } from '#core/cli/read-input.ts'
import { certificateText, summaryOfCertificate } from '#core/cli/verify-text.ts'
import type { ParityCertificate } from '#core/contract/parity.ts'

/**
 * `minisub verify`: compares two runs, checks a certificate, or prints the public key. Exit code 0 where the runs are the
 * same, or a certificate is as it was signed and says so; else 1.
 */
export async function verifyCommand(runs: readonly string[], flags: VerifyFlags, context: Context): Promise<number> {
  if (flags.certificate !== undefined) return checkFile(flags.certificate, { ...flags, runs }, context)
  if (runs.length === 0 && flags.key === true) return printKey(flags, context)
  const [run, other] = runs
  if (run === undefined || other === undefined) {
    throw new Problem('usage', `a comparison is of two runs and got ${runs.length}: name both, or --certificate FILE`)
  }
  if (flags.key !== undefined) {
    throw new Problem('usage', '--key goes with --certificate FILE, or stands alone: leave it out to compare runs')
  }
  const tolerance = flags.tolerance === undefined ? undefined : toleranceOf(flags.tolerance)
  const client = await connect(context.home)
  const certificate = await client.verifyRuns({ run, other, ...(tolerance === undefined ? {} : { tolerance }) })
  if (flags.save !== undefined) await save(certificate, flags.save)
  await (context.json ? printJson(certificate) : print(certificateText(certificate)))
  if (flags.save !== undefined) say(`saved as ${flags.save}; check it with: minisub verify --certificate ${flags.save}`)
  return exitCodeOf(certificate)
}

function exitCodeOf({ verdict }: ParityCertificate): number {
  return verdict === 'same' ? EXIT.succeeded : EXIT.failed
}

async function printKey({ save: saved, tolerance }: VerifyFlags, { home, json }: Context): Promise<number> {
  if (saved !== undefined || tolerance !== undefined) {
    throw new Problem('usage', '--key alone prints the key: leave --save and --tolerance out, or name two runs')
  }
  const key = await (await connect(home)).showParityKey()
  if (json) await printJson(key)
  else {
    await print(`${key.publicKey}\n`)
    say(`key ${key.keyId}`)
  }
  return EXIT.succeeded
}

type CheckFlags = VerifyFlags & { readonly runs: readonly string[] }

async function checkFile(
  file: string,
  { runs, key, save: saved, tolerance }: CheckFlags,
  context: Context,
): Promise<number> {
  if (runs.length > 0 || saved !== undefined || tolerance !== undefined) {
    throw new Problem('usage', '--certificate FILE goes with --key alone: leave the rest out')
  }
  if (key === true) throw new Problem('usage', '--key wants the public key or a file with it: give it after --key')
  const { checkCertificate, parsePublicKey } = await import('#core/parity/index.ts')
  const text = await readText(file)
  const named = key === undefined ? undefined : parsePublicKey(existsSync(key) ? await readText(key) : key)
  const check = checkCertificate(text, named?.publicKey)
  if (!check.ok) {
    if (context.json) await printJson({ genuine: false, reason: check.words })
    say(`error: ${check.words}`)
    return EXIT.failed
  }
  const { certificate, isNamed, words } = check
  if (context.json) {
    const { keyId, publicKey } = certificate.workbench
    await printJson({ genuine: true, named: isNamed, reason: words, keyId, publicKey, certificate })
  } else await print(`${summaryOfCertificate(certificate)}${words}\n`)
  return exitCodeOf(certificate)
}

function toleranceOf(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw new Problem('usage', `--tolerance wants a number from 0 to 1 and got "${text}"`)
}

/** As it was signed, in one line. */
async function save(certificate: ParityCertificate, file: string): Promise<void> {
  try {
    await writeFile(file, `${canonicalJson(certificate)}\n`, { flag: 'wx' })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'EEXIST') throw new Problem('conflict', `there is a file ${file} already: name another`, { cause })
    if (!/^E[A-Z]+$/.test(code)) throw cause
    throw new Problem('invalid_value', `${file} cannot be written (${code}): name a place where it can`, { cause })
  }
}
