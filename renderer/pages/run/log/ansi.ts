import Anser from 'anser'

/** Colours that the log has; each is chosen for its contrast, so those of 256 or more become the nearest of these. */
export type Colour = 'grey' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan'

/** A piece of a line with one look. */
export type Segment = {
  readonly text: string
  readonly colour?: Colour
  readonly background?: Colour
  readonly isBold?: boolean
  readonly isDim?: boolean
  readonly isItalic?: boolean
  readonly isUnderlined?: boolean
  readonly isStruck?: boolean
}

const ESC = '\u001B'
const BEL = '\u0007'
/** What moves a cursor, names a window, makes a link: all that is no colour. */
const OTHER_SEQUENCE = new RegExp(
  `${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|${ESC}[PX^_][^${ESC}]*(?:${ESC}\\\\)?|${ESC}\\[[0-?]*[ -/]*[@-ln-~]`,
  'g',
)
const COLOURS = `\\[[0-9;]*m`
const STRAY = new RegExp(`${ESC}(?!${COLOURS})`, 'g')
const COLOUR_SEQUENCE = new RegExp(`${ESC}${COLOURS}`, 'g')

function colouredText(text: string): string {
  return text.replace(OTHER_SEQUENCE, '').replace(STRAY, '')
}

/** A line without its escape sequences: what is searched and copied. */
export function plainText(text: string): string {
  return text.includes(ESC) ? colouredText(text).replace(COLOUR_SEQUENCE, '') : text
}

/** The pieces of a line; their texts together are its plain text. */
export function segmentsOf(text: string): Segment[] {
  if (!text.includes(ESC)) return [{ text }]
  const entries = Anser.ansiToJson(colouredText(text), { json: true, remove_empty: true, use_classes: true })
  return entries.map((entry): Segment => {
    const isReversed = entry.decorations.includes('reverse')
    const fore = colourOf(entry.fg, entry.fg_truecolor)
    const back = colourOf(entry.bg, entry.bg_truecolor)
    const colour = isReversed ? back : fore
    const background = isReversed ? (fore ?? 'grey') : back
    return {
      text: entry.content,
      ...(colour === undefined ? {} : { colour }),
      ...(background === undefined ? {} : { background }),
      ...(entry.decorations.includes('bold') ? { isBold: true } : {}),
      ...(entry.decorations.includes('dim') ? { isDim: true } : {}),
      ...(entry.decorations.includes('italic') ? { isItalic: true } : {}),
      ...(entry.decorations.includes('underline') ? { isUnderlined: true } : {}),
      ...(entry.decorations.includes('strikethrough') ? { isStruck: true } : {}),
    }
  })
}

const NAMED: Readonly<Record<string, Colour | undefined>> = {
  'ansi-red': 'red',
  'ansi-green': 'green',
  'ansi-yellow': 'yellow',
  'ansi-blue': 'blue',
  'ansi-magenta': 'magenta',
  'ansi-cyan': 'cyan',
  'ansi-bright-black': 'grey',
  'ansi-bright-red': 'red',
  'ansi-bright-green': 'green',
  'ansi-bright-yellow': 'yellow',
  'ansi-bright-blue': 'blue',
  'ansi-bright-magenta': 'magenta',
  'ansi-bright-cyan': 'cyan',
}
const LEVELS = [0, 95, 135, 175, 215, 255] as const

/** Black and white are the colour of the text, since either may be the background's. */
function colourOf(name: string | null, truecolor: string | null): Colour | undefined {
  if (name === null) return undefined
  if (name === 'ansi-truecolor') {
    const [red = 0, green = 0, blue = 0] = (truecolor ?? '').split(',').map(Number)
    return nearest(red, green, blue)
  }
  const index = Number(/^ansi-palette-(\d+)$/.exec(name)?.[1] ?? Number.NaN)
  if (Number.isNaN(index)) return NAMED[name]
  if (index >= 232) return index > 238 && index < 250 ? 'grey' : undefined
  const level = (part: number): number => LEVELS[part % 6] ?? 0
  return nearest(level(Math.floor((index - 16) / 36)), level(Math.floor((index - 16) / 6)), level(index - 16))
}

const HUES: readonly Colour[] = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta']

function nearest(red: number, green: number, blue: number): Colour | undefined {
  const most = Math.max(red, green, blue)
  const span = most - Math.min(red, green, blue)
  if (span < 40) return most > 70 && most < 190 ? 'grey' : undefined
  const sixth =
    most === red ? ((green - blue) / span + 6) % 6 : most === green ? (blue - red) / span + 2 : (red - green) / span + 4
  return HUES[Math.round(sixth) % 6]
}
