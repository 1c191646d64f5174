/** Longest name that is kept. */
const MOST_CHARACTERS = 64
/** Longest part of a User-Agent that is looked at. */
const MOST_READ = 1_024

/** In this order, since browsers name those that they descend from too. */
const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bElectron\//, 'Electron'],
  [/\b(?:Edg|EdgA|EdgiOS)\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bHeadlessChrome\//, 'Headless Chromium'],
  [/\b(?:Chromium|Chrome|CriOS)\//, 'Chromium'],
  [/\bVersion\/\S+ .*\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bWindows\b/, 'Windows'],
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/**
 * A short name such as `Chromium on Linux` for what calls itself by a User-Agent: printable ASCII, from 1 to 64
 * characters. What is no known browser goes by the first word of its own name, or by `a browser`.
 */
export function agentName(userAgent: string): string {
  const text = userAgent.slice(0, MOST_READ)
  const find = (table: typeof BROWSERS) => table.find(([mark]) => mark.test(text))?.[1]
  const browser = find(BROWSERS) ?? /^[A-Za-z][A-Za-z0-9 ._-]{0,39}(?=\/)/.exec(text)?.[0].trim() ?? 'a browser'
  const name = browser === 'Mozilla' ? 'a browser' : browser
  const system = find(SYSTEMS)
  return (system === undefined ? name : `${name} on ${system}`).slice(0, MOST_CHARACTERS)
}
