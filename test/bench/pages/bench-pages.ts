// The page in Chromium, beside an empty page of the same stack. Called by `npm run bench`; alone: `node test/bench/pages/bench-pages.ts`.
import { join } from 'node:path'
import { findChromium } from '#test/support/requirements.ts'
import { openPageFixture } from '#test/support/browser.ts'
import { holds, printMeasurements, type Measurement } from '../report.ts'
import { bundleSize } from './bundle-size.ts'
import { buildEmptyPage } from './empty-page.ts'
import { measureFrames } from './frames.ts'
import { measureRouteChanges } from './route-changes.ts'
import { measureScrolling } from './scroll.ts'
import { measureUsable } from './usable.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

if (findChromium() === undefined) {
  console.log('skip the page: there is no Chromium on PATH (install one, or set MINISUB_CHROMIUM)')
} else {
  await using fixture = await openPageFixture()
  await using empty = await buildEmptyPage()
  const bench = { fixture, empty }
  const suites: (() => Measurement[] | Promise<Measurement[]>)[] = [
    () => bundleSize(join(ROOT, 'dist', 'renderer'), empty.folder),
    () => measureUsable(bench),
    () => measureRouteChanges(bench),
    () => measureFrames(bench),
    () => measureScrolling(bench),
  ]
  for (const suite of suites) {
    const rows = await suite()
    printMeasurements(rows)
    if (!rows.every(holds)) process.exitCode = 1
  }
}
