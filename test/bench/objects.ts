import { spawnSync } from 'node:child_process'
import { randomBytes, randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { openObjectStore, type Upload } from '#core/objects/index.ts'
import { GATEWAY_CREDENTIALS, openS3Gateway, type S3Gateway } from '../support/s3-gateway.ts'
import { median, type Measurement } from './report.ts'

const SMALL_FILES = 500
const SMALL_BYTES = 10_000
const LARGE_BYTES = 200_000_000
const ROUNDS = 6
/** As many as the store sends at once. */
const FLOOR_AT_ONCE = 8
const FLOOR_PARTS_AT_ONCE = 4
const PART_BYTES = 8 * 2 ** 20

/** What an upload costs over plain calls of the library with bytes that lie in memory; nothing where the lab's S3 is not there. */
export async function measureObjects(): Promise<Measurement[]> {
  if (spawnSync('sh', ['-c', 'command -v versitygw']).status !== 0) return []
  const folder = mkdtempSync(join(tmpdir(), 'minisub-bench-objects-'))
  await using gateway = await openS3Gateway()
  try {
    const small = Array.from({ length: SMALL_FILES }, () => randomBytes(SMALL_BYTES))
    const large = [randomFillSync(Buffer.allocUnsafe(LARGE_BYTES))]
    return [
      await measureUpload('upload of 500 files of 10 kB', { gateway, folder, contents: small }, 1.25),
      await measureUpload('upload of one file of 200 MB', { gateway, folder, contents: large }, 1.4),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Setting = { readonly gateway: S3Gateway; readonly folder: string; readonly contents: readonly Buffer[] }

async function measureUpload(name: string, setting: Setting, bound: number): Promise<Measurement> {
  const ours: number[] = []
  const floors: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    // by turns, so that neither always comes after the other
    const first = round % 2 === 0 ? await timeOurs(setting, round) : undefined
    const floor = await timePlain(setting, round)
    floors.push(floor)
    ours.push((first ?? (await timeOurs(setting, round))) / floor)
  }
  const floorName = `1 = plain calls of the library, ${median(floors).toFixed(2)} s`
  return { name, value: median(ours), unit: 'ratio', floor: 1, floorName, bound }
}

async function timeOurs({ gateway, folder, contents }: Setting, round: number): Promise<number> {
  await using store = openObjectStore(gateway.options())
  const uploads = contents.map((bytes, index): Upload => {
    const path = join(folder, `${index}`)
    writeFileSync(path, bytes)
    return { key: `ours/${round}-${contents.length}/${index}`, source: { path, size: bytes.length } }
  })
  await store.head('warm')
  const began = performance.now()
  await store.putMissing(uploads, { onProgress: () => undefined })
  return (performance.now() - began) / 1_000
}

async function timePlain({ gateway, contents }: Setting, round: number): Promise<number> {
  const client = new S3Client({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: GATEWAY_CREDENTIALS.accessKey, secretAccessKey: GATEWAY_CREDENTIALS.secretKey },
  })
  const entries = contents.entries()
  const put = async (): Promise<void> => {
    for (const [index, bytes] of entries) {
      const at = { Bucket: gateway.bucket, Key: `plain/${round}-${contents.length}/${index}` }
      if (bytes.length > PART_BYTES) await putInParts(client, at, bytes)
      else await client.send(new PutObjectCommand({ ...at, Body: bytes }))
    }
  }
  await client.send(new PutObjectCommand({ Bucket: gateway.bucket, Key: 'warm', Body: 'x' }))
  const began = performance.now()
  await Promise.all(Array.from({ length: FLOOR_AT_ONCE }, put))
  const took = (performance.now() - began) / 1_000
  client.destroy()
  return took
}

type At = { readonly Bucket: string; readonly Key: string }

async function putInParts(client: S3Client, at: At, bytes: Buffer): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at))
  const numbers = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) => index + 1).values()
  const Parts: { PartNumber: number; ETag: string | undefined }[] = []
  const send = async (): Promise<void> => {
    for (const PartNumber of numbers) {
      const Body = bytes.subarray((PartNumber - 1) * PART_BYTES, PartNumber * PART_BYTES)
      const { ETag } = await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }))
      Parts.push({ PartNumber, ETag })
    }
  }
  await Promise.all(Array.from({ length: FLOOR_PARTS_AT_ONCE }, send))
  const MultipartUpload = { Parts: Parts.toSorted((a, b) => a.PartNumber - b.PartNumber) }
  await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }))
}
