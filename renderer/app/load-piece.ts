const PAUSES_MS = [250, 1_000, 3_000]

/**
 * Loads a piece of the page. A browser breaks off what it fetches when a network of this machine comes or goes, as it does
 * while a cluster is made: the piece is asked for again, a few times. Rejects with the first fault.
 */
export async function loadPiece<Piece>(
  load: () => Promise<Piece>,
  pauses: readonly number[] = PAUSES_MS,
): Promise<Piece> {
  try {
    return await load()
  } catch (error) {
    for (const pause of pauses) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      const piece = await load().catch(() => undefined)
      if (piece !== undefined) return piece
    }
    throw error
  }
}
