import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf, packageOf } from './imports.ts'
import type { Manifest } from './manifest.ts'
import { packagesNeeded, type InstalledPackage } from './packages.ts'
import { isLicenceAllowed } from './spdx.ts'
import { standardText } from './standard-licences.ts'
import type { Machine } from './systems.ts'

/**
 * Licences under which the app may hold packages. All ask for their text alone, save EPL-2.0 (elkjs, unchanged, in a file
 * of its own): it asks that the source can be had, which NOTICES.txt says.
 */
const ALLOWED: ReadonlySet<string> = new Set(
  'MIT ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 BlueOak-1.0.0 Unlicense CC0-1.0 Python-2.0 PSF-2.0 EPL-2.0'.split(
    ' ',
  ),
)
const SOURCES_OF_PAGE = '{renderer,core/base,core/contract,core/client}/**/*.{ts,tsx}'
const LICENCE_FILE = /^((un)?licen[cs]e|notice|copying|copyright|third.?party)/i
const HEAD = `Mini-Submarine holds the packages below, under the licences that follow their names. Their sources can be had from
https://www.npmjs.com/package/NAME/v/VERSION. The licences of Electron and Chromium lie beside the program of the app, on
macOS in Contents/Resources, as LICENSE.electron.txt and LICENSES.chromium.html; Mini-Submarine's own, Apache-2.0, is the
first of the texts.
`
const LINE = `\n${'-'.repeat(80)}\n`

/**
 * The licences and notices of all that the app holds: the packages that its core needs on a system, and those bundled into
 * the page. Throws an Error of one sentence that names each package whose licence is missing or not allowed.
 */
export function noticesOf(root: string, names: readonly string[], system: Machine = process): string {
  const packages = packagesNeeded(root, [...names, ...packagesOfPage(root)], system)
  const faults = packages.flatMap(({ path, manifest }) => licenceFault(path, manifest))
  if (faults.length > 0) throw new Error(`the app cannot hold ${faults.join('; ')}: replace it, or allow its licence`)
  const own = readFileSync(join(root, 'LICENSE'), 'utf8').trim()
  const holders = new Map([[own, ['Mini-Submarine']]])
  for (const installed of packages) {
    const title = titleOf(installed.manifest)
    for (const text of textsOf(installed, own)) holders.set(text, [...(holders.get(text) ?? []), title])
  }
  return [HEAD, ...[...holders].map(([text, titles]) => `${[...new Set(titles)].join('\n')}\n\n${text}\n`)].join(LINE)
}

/** Names of the packages that the sources of the page import. */
function packagesOfPage(root: string): string[] {
  const files = globSync(SOURCES_OF_PAGE, { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file))
  const specifiers = files.flatMap((file) => importsOf(readFileSync(join(root, file), 'utf8')))
  return [...new Set(specifiers.filter((it) => !/^([.#]|node:)/.test(it)).map(packageOf))].toSorted()
}

function licenceFault(path: string, manifest: Manifest): string[] {
  const licence = licenceOf(manifest)
  if (licence === '') return [`${path}, which names no licence`]
  return isLicenceAllowed(licence, ALLOWED) ? [] : [`${path}, which is under ${licence}`]
}

/** An expression of SPDX; empty where there is none. Old packages list licences to choose from. */
function licenceOf({ license, licenses }: Manifest): string {
  const entries = license === undefined ? (licenses ?? []) : [license]
  return entries.map((entry) => (typeof entry === 'string' ? entry : entry.type)).join(' OR ')
}

function titleOf(manifest: Manifest): string {
  return `${manifest.name} ${manifest.version} (${licenceOf(manifest)})`
}

/** What a package has of licences and notices; the standard text where it brings none. */
function textsOf({ folder, manifest }: InstalledPackage, apache: string): string[] {
  const files = readdirSync(folder).filter((name) => LICENCE_FILE.test(name) && /\.(md|txt)$|^[^.]+$|third/i.test(name))
  if (files.length === 0) return [standardText(licenceOf(manifest), manifest, apache)]
  return files.toSorted().map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
}
