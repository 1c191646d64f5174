import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'
import { SettingsView, SettingView } from './settings.ts'

const setting = z.strictObject({ key: z.string().min(1).max(200) })
const host = {
  key: 'docker.host',
  type: 'text',
  value: 'tcp://engine:2376',
  default: '',
  description: 'Address of the container engine',
  source: 'file',
  variable: 'MINISUB_DOCKER_HOST',
}

/** Settings of the data folder. */
export const settingRoutes = {
  listSettings: {
    method: 'GET',
    path: `${API_PREFIX}/settings`,
    summary: 'Every setting with its value, its default, and where the value comes from',
    auth: 'token',
    response: SettingsView,
    example: { output: { settings: [host], file: '/home/ada/.mini-submarine/settings.json', warnings: [] } },
  },
  setSetting: {
    method: 'PUT',
    path: `${API_PREFIX}/settings/{key}`,
    summary: 'Set a setting in the file of the data folder',
    auth: 'token',
    params: setting,
    body: z.strictObject({ value: z.union([z.string().max(4096), z.boolean()]) }),
    response: SettingView,
    example: { input: { key: host.key, value: host.value }, output: host },
  },
  unsetSetting: {
    method: 'DELETE',
    path: `${API_PREFIX}/settings/{key}`,
    summary: 'Take a setting out of the file, so that its default counts again',
    auth: 'token',
    params: setting,
    response: SettingView,
    example: { input: { key: host.key }, output: { ...host, value: '', source: 'default' } },
  },
} as const satisfies Record<string, Route>
