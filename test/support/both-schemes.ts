import type { Page } from 'playwright-core'
import { expectAccessible } from './browser.ts'

/** Throws with what axe finds in light or in dark; the page must follow the system. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' })
    await expectAccessible(page)
  }
}
