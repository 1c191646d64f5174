import type { settingRoutes } from '#core/contract/routes-settings.ts'
import type { Settings } from '#core/settings/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers of the settings of the data folder. */
export function settingHandlers({
  settings,
}: {
  readonly settings: Settings
}): Pick<Handlers, keyof typeof settingRoutes> {
  return {
    listSettings: () => settings.list(),
    setSetting: ({ key, value }) => settings.set(key, String(value)),
    unsetSetting: ({ key }) => settings.unset(key),
  }
}
