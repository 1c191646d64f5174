#!/usr/bin/env node
// Plain JavaScript on purpose: it must be read by a Node that is too old for the rest, to say so in words.
import childProcess from 'child_process'
import fs from 'fs'
import nodeModule from 'module'
import url from 'url'
import v8 from 'v8'

// `using` and type stripping are there from here on.
const WANTED = [24, 0]

function isRecent(version) {
  const parts = version.split('.').map(Number)
  return parts[0] > WANTED[0] || (parts[0] === WANTED[0] && parts[1] >= WANTED[1])
}

/** The Node that `npm ci` put into the checkout, where there is one. */
function checkoutNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const file = url.fileURLToPath(new URL('../../node_modules/node/bin/' + name, import.meta.url))
  return fs.existsSync(file) ? file : undefined
}

function runAgain(node) {
  const self = url.fileURLToPath(import.meta.url)
  const env = Object.assign({}, process.env, { MINISUB_RESTARTED: '1' })
  const child = childProcess.spawn(node, [self].concat(process.argv.slice(2)), { stdio: 'inherit', env: env })
  const terminal = process.stdin.isTTY || process.stderr.isTTY
  ;['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    // A terminal sends Ctrl-C to both of us: passing it on would make it two.
    process.on(signal, () => (signal === 'SIGINT' && terminal ? undefined : child.kill(signal)))
  })
  child.on('error', (error) => refuse(error.message))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function refuse(detail) {
  const found = 'minisub needs Node ' + WANTED[0] + ' or newer and this is Node ' + process.versions.node
  const fix = 'run `npm ci` and then `npx minisub` in the checkout, which brings Node 24'
  process.stderr.write('error: ' + found + (detail ? ' (' + detail + ')' : '') + ': ' + fix + '\n')
  process.exit(2)
}

/** The program itself: JavaScript in the tree that the desktop app is made of. */
function program() {
  const emitted = new URL('./main.js', import.meta.url)
  return fs.existsSync(url.fileURLToPath(emitted)) ? emitted.href : new URL('./main.ts', import.meta.url).href
}

/** Early releases of Node 24 announce type stripping as an experiment; here it is what every release is tested with. */
function silenceTypeStripping() {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = function (warning, ...rest) {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('Type Stripping')) return
    emitWarning(warning, ...rest)
  }
}

function start() {
  if (isRecent(process.versions.node)) {
    delete process.env.MINISUB_RESTARTED
    silenceTypeStripping()
    nodeModule.enableCompileCache()
    // Only the core lives long: with a young generation that stays small it needs 20 MB less.
    if (process.argv.includes('serve')) v8.setFlagsFromString('--semi-space-growth-factor=1')
    if (process.argv.includes('serve')) v8.setFlagsFromString('--max-semi-space-size=4')
    void import(program()).then((main) => main.main(process.argv.slice(2)))
    return
  }
  const other = process.env.MINISUB_RESTARTED === undefined ? checkoutNode() : undefined
  if (other === undefined) refuse()
  else runAgain(other)
}

start()
