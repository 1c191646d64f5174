import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whole numbers from 0 up to below a bound. */
export type Dice = (below: number) => number

/** The same numbers for the same seed. */
export function diceOf(seed: number): Dice {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** How a stream ends: in good order, in the middle of what is sent, or by falling silent. */
export const STREAM_ENDS = ['end', 'cut', 'silence'] as const
export type StreamEnd = (typeof STREAM_ENDS)[number]

/** One answer to a watch, in pieces that have nothing to do with its lines and characters. */
export class FaultyStream {
  readonly #response: ServerResponse
  readonly #dice: Dice
  #left = Buffer.alloc(0)
  #how: StreamEnd | undefined
  #isSending = false

  constructor(response: ServerResponse, dice: Dice) {
    this.#response = response
    this.#dice = dice
  }

  say(line: object): void {
    if (this.#how !== undefined) return
    this.#left = Buffer.concat([this.#left, Buffer.from(`${JSON.stringify(line)}\n`)])
    if (!this.#isSending) void this.#send()
  }

  finish(how: StreamEnd): void {
    this.#how ??= how
    if (!this.#isSending) void this.#send()
  }

  async #send(): Promise<void> {
    this.#isSending = true
    while (this.#left.length > 0 && !this.#response.destroyed) {
      const size = 1 + this.#dice(this.#left.length * 2)
      this.#response.write(this.#left.subarray(0, size))
      this.#left = this.#left.subarray(size)
      await sleep(this.#dice(2))
      if (this.#how === 'cut' && this.#dice(2) === 0) break
      if (this.#how === 'silence' && this.#dice(2) === 0) return
    }
    this.#isSending = false
    if (this.#how === 'cut') this.#response.destroy()
    if (this.#how === 'end') this.#response.end()
  }
}
