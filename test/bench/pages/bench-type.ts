import type { PageFixture } from '#test/support/browser.ts'
import type { EmptyPage } from './empty-page.ts'

/** What every measurement of the page has: a core with Chromium, and the empty page. */
export type PageBench = { readonly fixture: PageFixture; readonly empty: EmptyPage }
