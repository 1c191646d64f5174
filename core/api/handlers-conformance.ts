import type { ConformanceVerbs } from '#core/conformance/index.ts'
import type { conformanceRoutes } from '#core/contract/routes-conformance.ts'
import type { Handlers } from './handler.ts'

type ConformanceHandlers = Pick<Handlers, keyof typeof conformanceRoutes>

/** Handlers of the suite that every target must pass. */
export function conformanceHandlers({ conformance }: { readonly conformance: ConformanceVerbs }): ConformanceHandlers {
  return {
    showConformance: () => conformance.show(),
    runConformance: ({ target, only }, { onLine, signal }) => conformance.run({ target, only }, { onLine, signal }),
  }
}
