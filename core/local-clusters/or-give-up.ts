/** So long work may take to end by itself after it was given up: an engine that hangs answers to nothing. */
const GRACE_MS = 10_000

/** What work gives. What has not ended a while after the signal is left behind, and the reason of the signal is thrown. */
export async function orGiveUp<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  graceMs = GRACE_MS,
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => reject(signal.reason), graceMs)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', begin)
  }
}
