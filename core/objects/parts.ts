const MIB = 2 ** 20
/** S3 takes no more parts than this of one object. */
const MOST_PARTS = 10_000
/** Small enough that little is lost with one, and that several fit into memory. */
const UPLOAD_PART = 8 * MIB
/** Copied by the store itself, so as large as keeps each call short. */
const COPY_PART = 512 * MIB

/** Files above this are sent in parts. */
export const MULTIPART_ABOVE = 16 * MIB
/** What S3 copies in one call; above, it is copied in parts. */
export const COPY_WHOLE = 5 * 1024 * MIB

/** A piece of an object: `number` counts from 1. */
export type Part = { readonly number: number; readonly from: number; readonly size: number }

/** The parts that a file of this size is sent in. They follow from the size alone, so that a later try finds the same. */
export function uploadParts(size: number): Part[] {
  return splitParts(size, UPLOAD_PART)
}

/** The parts that an object of this size is copied in. */
export function copyParts(size: number): Part[] {
  return splitParts(size, COPY_PART)
}

/** Parts of `atLeast` bytes, of more whole MiB where there would be too many; the last holds the rest. */
export function splitParts(size: number, atLeast: number): Part[] {
  const each = Math.max(atLeast, Math.ceil(size / MOST_PARTS / MIB) * MIB)
  return Array.from({ length: Math.ceil(size / each) }, (_, index) => ({
    number: index + 1,
    from: index * each,
    size: Math.min(each, size - index * each),
  }))
}

/** Parts of what is sent without its size being known: 10,000 of them are 156 GiB. */
export const STREAM_PART = 16 * MIB
