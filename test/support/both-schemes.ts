import type { Page } from 'playwright-core'
import { expectAccessible } from './browser.ts'

/** What depends on the scheme: all else is the same in both. */
const OF_SCHEMES = ['color-contrast']

/** Throws with what axe finds in dark or, of colours, in light; the page must follow the system. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' })
    await expectAccessible(page, colorScheme === 'light' ? OF_SCHEMES : undefined)
  }
}
