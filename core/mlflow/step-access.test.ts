import { expect, test } from 'vitest'
import type { Route } from '#core/wire/index.ts'
import { mlflowRoutes } from './mlflow.ts'
import { ruleOf, RULED } from './step-access.ts'

// Routes are made of what answers them, which is not asked here.
const anything: object = new Proxy(() => anything, { get: () => anything, apply: () => anything })
const nameOf = ({ method, path }: Route) => `${method} ${path}`

test('what a step may ask is decided for each route of the protocol, and for nothing else', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stands for all that routes are made over
  const routes = mlflowRoutes(
    anything as Parameters<typeof mlflowRoutes>[0],
    anything as Parameters<typeof mlflowRoutes>[1],
  )
  expect(routes.length).toBeGreaterThan(70)
  expect(routes.filter((route) => ruleOf(route) === undefined).map(nameOf)).toEqual([])
  const names = new Set(routes.map(nameOf))
  expect(RULED.filter((name) => !names.has(name))).toEqual([])
})
