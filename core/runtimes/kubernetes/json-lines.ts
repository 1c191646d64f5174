/** An object of a watch is a few MB at most; what goes on for longer without a line's end is no watch. */
const LONGEST_LINE = 64 * 1024 * 1024

/**
 * JSON values of a body, one a line; empty lines are skipped. Throws SyntaxError for a line that is no JSON or has no end.
 * A part of a line at the end of the body is not looked at: the connection was cut in it.
 */
export async function* jsonLines(body: AsyncIterable<Uint8Array>): AsyncGenerator {
  let begun: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const text = Buffer.concat([...begun, chunk.subarray(from, end)]).toString()
      begun = []
      size = 0
      from = end + 1
      if (text.trim() !== '') yield parseLine(text)
    }
    if (from === chunk.length) continue
    begun.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > LONGEST_LINE) throw new SyntaxError(`a line of more than ${LONGEST_LINE} bytes`)
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyntaxError('a line that is no JSON', { cause: error })
  }
}
