import { verify } from 'node:crypto'
import type { Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import { ParityCertificate } from '#core/contract/parity.ts'
import { readJson } from '#core/contract/read-json.ts'
import { signedBytes } from './certificate.ts'
import { KEY_BYTES, keyIdOf, keyOfRaw } from './signing-key.ts'

/** What came of a check. */
export type CertificateCheck =
  | {
      readonly ok: true
      readonly certificate: ParityCertificate
      /** Whether the caller named the key that signed; else it is known from the document alone. */
      readonly isNamed: boolean
      readonly words: string
    }
  | { readonly ok: false; readonly words: string }

const SIGNATURE_BYTES = 64

/**
 * Checks a certificate by itself, or against the public key in base64 that its workbench is known by. Needs no core. Throws
 * Problem `invalid_value` for what is no certificate of a version that is known here.
 */
export function checkCertificate(text: string, publicKey?: string): CertificateCheck {
  const found = readJson(text)
  if (found.fault !== undefined) throw noCertificate(`it is no JSON: ${found.fault}`)
  const envelope = envelopeOf(found.value)
  if (envelope === undefined) throw noCertificate('it has no signature of a workbench')
  const { keyId } = envelope
  if (!isSigned(envelope)) {
    return { ok: false, words: 'the certificate was altered after it was signed: ask for it again where it was made' }
  }
  const parsed = ParityCertificate.safeParse(envelope.document)
  if (!parsed.success) throw noCertificate('it is signed, but of a kind or a version that is not known here')
  if (parsed.data.verdict !== parsed.data.report.verdict) {
    return { ok: false, words: 'the certificate says two verdicts, which no workbench signs: ask who made it' }
  }
  if (publicKey === undefined) return { ok: true, certificate: parsed.data, isNamed: false, words: unnamed(keyId) }
  if (parsed.data.workbench.publicKey === publicKey) {
    return { ok: true, certificate: parsed.data, isNamed: true, words: `signed by the key that you named, ${keyId}` }
  }
  const named = keyIdOf(Buffer.from(publicKey, 'base64'))
  return { ok: false, words: `it is signed by the key ${keyId}, not by ${named}, which you named: ask who made it` }
}

function unnamed(keyId: string): string {
  return `not altered since the key ${keyId} signed it; who holds that key, the document cannot say: name it with --key`
}

type Envelope = {
  readonly document: object
  readonly publicKey: string
  readonly keyId: string
  readonly signature: string
}

function isSigned({ document, publicKey, keyId, signature }: Envelope): boolean {
  const [key, bytes] = [bytesOf(publicKey, KEY_BYTES), bytesOf(signature, SIGNATURE_BYTES)]
  if (key === undefined || bytes === undefined || keyId !== keyIdOf(key)) return false
  return verify(null, signedBytes(document), keyOfRaw(key), bytes)
}

/** What has to be there to check a signature at all; undefined where it is not. */
function envelopeOf(value: Json): Envelope | undefined {
  if (!isObject(value)) return undefined
  const { workbench, signature } = value
  if (!isObject(workbench) || typeof signature !== 'string') return undefined
  const { publicKey, keyId } = workbench
  if (typeof publicKey !== 'string' || typeof keyId !== 'string') return undefined
  return { document: value, publicKey, keyId, signature }
}

/** The bytes of a text in base64, in its one spelling; undefined where they are not so many. */
export function bytesOf(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noCertificate(why: string): Problem {
  return new Problem(
    'invalid_value',
    `the file is no parity certificate (${why}): name one that minisub verify has saved`,
  )
}
