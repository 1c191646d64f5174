// The process of the core in the app: it talks to the app by the port that Electron gives it.
import { hostCore } from '#core/desktop-host/host-core.ts'

hostCore({
  post: (message) => process.parentPort.postMessage(message),
  onMessage: (listener) => process.parentPort.on('message', ({ data }) => listener(data)),
})
