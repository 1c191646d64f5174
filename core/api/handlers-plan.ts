import type { planRoutes } from '#core/contract/routes-plan.ts'
import type { Planner } from '#core/promotion/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'

/** Handlers of what a push would do. */
export function planHandlers({ planner }: { readonly planner: Planner }): Pick<Handlers, keyof typeof planRoutes> {
  return {
    planPush: (request, { onLine, signal }) => {
      absolute(request.file)
      return planner.plan(request, { onLine, signal })
    },
  }
}
