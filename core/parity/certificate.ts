import { canonicalJson, type Json } from '#core/base/json.ts'
import { ParityCertificate, type ParityReport, type ParityRun } from '#core/contract/parity.ts'
import type { SigningKey } from './signing-key.ts'

type Certified = {
  readonly a: ParityRun
  readonly b: ParityRun
  readonly report: ParityReport
  /** Of the workbench. */
  readonly version: string
  readonly createdAt: string
}

/** Signs a report, with the runs that it is about. */
export function certify({ a, b, report, version, createdAt }: Certified, key: SigningKey): ParityCertificate {
  const unsigned = {
    version: 1,
    kind: 'ParityCertificate',
    createdAt,
    workbench: { ...key.publicKey, version },
    a,
    b,
    report,
    verdict: report.verdict,
  } as const
  return ParityCertificate.parse({ ...unsigned, signature: key.sign(signedBytes(unsigned)).toString('base64') })
}

/** What a signature is over: the canonical JSON of a certificate without its signature. */
export function signedBytes(certificate: object): Buffer {
  const { signature: _signature, ...signed } = certificate as {
    readonly signature?: Json
    readonly [key: string]: Json | undefined
  }
  return Buffer.from(canonicalJson(signed as Json))
}
