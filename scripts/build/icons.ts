// `node scripts/build/icons.ts`: draws icons and tray icons from the SVGs in resources/desktop, in the Chromium that the
// browser tests use. What it makes is committed; icons.json holds the hashes of the sources that it was made from.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { icnsOf, icoOf, ICON_SIZES, type Picture } from './desktop/icon-containers.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'resources', 'desktop')
/** Edge in pixels; `@2x` is what Electron takes on dense screens. macOS colours templates itself. */
const TRAY: readonly { file: string; size: number; colour: string }[] = [
  { file: 'tray.png', size: 24, colour: '#1c7ed6' },
  { file: 'tray@2x.png', size: 48, colour: '#1c7ed6' },
  { file: 'trayTemplate.png', size: 18, colour: '#000' },
  { file: 'trayTemplate@2x.png', size: 36, colour: '#000' },
]
const sources: Record<string, string> = {}
const files: Record<string, string> = {}

function source(name: string): string {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  sources[name] = sha256(text)
  return text
}

function put(name: string, bytes: Buffer): void {
  mkdirSync(dirname(join(FOLDER, name)), { recursive: true })
  writeFileSync(join(FOLDER, name), bytes)
  files[name] = sha256(bytes)
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

async function draw(page: Page, svg: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>html,body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
  return await page.screenshot({ omitBackground: true, type: 'png' })
}

const executablePath = process.env['MINISUB_CHROMIUM'] ?? '/usr/bin/chromium'
// As root, Chromium wants to be without its sandbox; it draws two files of ours.
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  const page = await browser.newPage()
  const icon = source('icon.svg')
  const pictures: Picture[] = []
  for (const size of ICON_SIZES) pictures.push({ size, png: await draw(page, icon, size) })
  for (const { size, png } of pictures) put(`icons/${size}x${size}.png`, png)
  put('icon.ico', icoOf(pictures))
  put('icon.icns', icnsOf(pictures))
  const tray = source('tray.svg')
  for (const { file, size, colour } of TRAY) put(file, await draw(page, tray.replaceAll('#1c7ed6', colour), size))
} finally {
  await browser.close()
}
writeFileSync(join(FOLDER, 'icons.json'), `${JSON.stringify({ sources, files }, null, 2)}\n`)
