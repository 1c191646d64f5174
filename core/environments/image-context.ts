import type { ImageEngine } from '#core/runtimes/images.ts'
import type { Settings } from '#core/settings/index.ts'
import type { Variables } from './installer-settings.ts'
import type { Waiter } from './shared-tasks.ts'

/** What making an image needs to know. */
export type ImageContext = Waiter & {
  /** The data folder, MINISUB_HOME. */
  readonly home: string
  readonly images: ImageEngine
  readonly settings: Pick<Settings, 'get'>
  /** Variables of this process: Python, pip, proxies and certificates. */
  readonly variables: Variables
}

/** The network of builds as the setting says. */
export function buildNetwork({ settings }: Pick<ImageContext, 'settings'>): { network?: string } {
  const network = settings.get('docker.buildNetwork')
  return network === '' ? {} : { network }
}
