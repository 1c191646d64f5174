import { readFileSync } from 'node:fs'

/** What happened to the core. `isAgain`: it is being started again already. */
export type Trouble = {
  readonly title: string
  readonly cause: string | undefined
  /** The end of what it wrote, lines of text from anywhere. */
  readonly tail: string
  readonly isAgain: boolean
}
const STARTING: Trouble = { title: 'The core is starting', cause: undefined, tail: '', isAgain: true }

/** The page that tells it, without any script. `template` is a file of resources/desktop. */
export function troublePage(template: string, trouble: Trouble = STARTING, log = 'on its stderr'): Response {
  const { title, cause, tail, isAgain } = trouble
  const values: Record<string, string> = {
    TITLE: title,
    CAUSE: cause === undefined ? '' : `${cause.charAt(0).toUpperCase()}${cause.slice(1)}.`,
    TAIL: tail,
    LOG: log,
    NEXT: isAgain ? 'It starts by itself. What it was doing goes on from where it was.' : '',
    CLASS: `${isAgain ? 'again' : 'stopped'}${tail === '' ? ' silent' : ''}`,
  }
  const html = readFileSync(template, 'utf8').replaceAll(/\{\{([A-Z]+)\}\}/g, (_, key) => escape(values[key] ?? ''))
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  return new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
  })
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
