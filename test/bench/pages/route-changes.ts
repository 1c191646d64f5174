import type { Page } from 'playwright-core'
import { median, type Measurement } from '../report.ts'
import type { PageBench } from './bench-type.ts'

const ROUNDS = 10
const PLACES = ['Runs', 'Schedules', 'Environments', 'Settings', 'Pipelines']

/** From a click on a place to its heading on the screen, when the code of each was loaded once. */
export async function measureRouteChanges({ fixture, empty }: PageBench): Promise<Measurement[]> {
  const page = await fixture.open({ path: '/pipelines' })
  for (const place of PLACES) await change(page, place)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const place of PLACES) times.push(await change(page, place))
  }
  await page.context().close()
  const bare = await measureEmpty(fixture.browser, empty.url)
  return [
    {
      name: 'route change',
      value: median(times),
      unit: 'ms',
      floor: bare,
      floorName: 'a change of one word on an empty page',
      bound: 100,
    },
    {
      name: 'route change, the slowest of 50',
      value: Math.max(...times),
      unit: 'ms',
      floor: bare,
      floorName: 'the same',
      bound: 200,
    },
  ]
}

async function change(page: Page, place: string): Promise<number> {
  const link = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place })
  await link.hover()
  return page.evaluate(timeClick, { link: place, heading: place })
}

async function measureEmpty(browser: PageBench['fixture']['browser'], url: string): Promise<number> {
  const page = await browser.newPage()
  await page.goto(url)
  await page.getByRole('button', { name: 'Change' }).waitFor()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await page.evaluate(timeClick, { link: 'Change', heading: round % 2 === 0 ? 'two' : 'one' }))
  }
  await page.close()
  return median(times)
}

type Click = { readonly link: string; readonly heading: string }

/** In the page: milliseconds from the click until a frame with the heading was drawn. */
function timeClick({ link, heading }: Click): Promise<number> {
  const target = [...document.querySelectorAll<HTMLElement>('nav a, button')].find((it) => it.innerText.trim() === link)
  if (target === undefined) throw new Error(`there is no ${link}`)
  return new Promise((resolve) => {
    const began = performance.now()
    const isThere = () => document.querySelector('h1')?.innerText === heading
    const look = () =>
      requestAnimationFrame(() => {
        if (isThere()) resolve(performance.now() - began)
        else look()
      })
    target.click()
    look()
  })
}
