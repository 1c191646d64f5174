import type { AnyRouter } from '@tanstack/react-router'
import { pagePath } from './page-path.ts'

/** Path and query of a page that the router has, of a text from outside; undefined for every other. */
export function pageOf(router: AnyRouter, text: string): string | undefined {
  const path = pagePath(text)
  if (path === undefined) return undefined
  const [, , foundRoute] = router.getMatchedRoutes(path.split('?')[0] ?? path)
  return foundRoute === undefined ? undefined : path
}
