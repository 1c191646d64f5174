// Preloaded by --import: writes how many files of JavaScript a program loaded, and their bytes, where MODULES_FILE says.
// Threads are not counted. A program that imports `electron` ends there: what it is linked with was loaded by then.
import { statSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

const loaded = new Map()
if (isMainThread) {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'electron') return { url: 'data:text/javascript,process.exit(0)', shortCircuit: true }
      return nextResolve(specifier, context)
    },
    load(url, context, nextLoad) {
      if (url.startsWith('file:')) loaded.set(url, statSync(fileURLToPath(url)).size)
      return nextLoad(url, context)
    },
  })
  process.on('exit', () => {
    const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0)
    writeFileSync(process.env.MODULES_FILE, JSON.stringify({ modules: loaded.size, bytes }))
  })
}
