import { useCallback, useMemo, useState } from 'react'
import { faultOf, faultsOf, type Declarations, type Faults, type Texts } from './form-model.ts'

/** Where the fields of a form begin. */
export type FieldsInput = {
  readonly declarations: Declarations
  /** What the fields say before anybody typed. */
  readonly start: Texts
  /** True where that comes from a run, whose values may not fit any more. */
  readonly isFromRun: boolean
}

/** The fields of the parameters: what they say, and what is wrong with them. */
export type Fields = {
  readonly texts: Texts
  readonly faults: Faults
  readonly isChanged: boolean
  /** A parameter's new text; undefined for none. */
  readonly change: (name: string, text: string | undefined) => void
  /** Looks at one field, when it is left. */
  readonly check: (name: string) => void
  readonly setFaults: (faults: Faults) => void
  readonly restore: () => void
}

/** What was typed is kept by name over a new version of the document; all else follows the document. */
type Typed = ReadonlyMap<string, string | undefined>
const NOTHING: Typed = new Map()
const NO_FAULTS: Faults = new Map()

export function useFields({ declarations, start, isFromRun }: FieldsInput): Fields {
  const [typed, setTyped] = useState(NOTHING)
  const [faults, setFaults] = useState(() => (isFromRun ? faultsOf(declarations, start) : NO_FAULTS))
  const texts = useMemo(() => withTyped(start, typed), [start, typed])
  const change = useCallback((name: string, text: string | undefined) => {
    setTyped((before) => new Map(before).set(name, text))
    setFaults((before) => withFault(before, name, undefined))
  }, [])
  const check = (name: string) => {
    const declaration = declarations.get(name)
    // A field that nobody has touched yet is no fault before the start.
    if (declaration === undefined || (!texts.has(name) && !typed.has(name))) return
    const fault = faultOf(declaration, texts.get(name))
    // What the core found stays until the text is another.
    if (fault !== undefined) setFaults((before) => withFault(before, name, fault))
  }
  const restore = () => {
    setTyped(NOTHING)
    setFaults(NO_FAULTS)
  }
  const isChanged = [...typed].some(([name, text]) => declarations.has(name) && text !== start.get(name))
  return { texts, faults, isChanged, change, check, setFaults, restore }
}

function withTyped(start: Texts, typed: Typed): Texts {
  const texts = new Map(start)
  for (const [name, text] of typed) {
    if (text === undefined) texts.delete(name)
    else texts.set(name, text)
  }
  return texts
}

function withFault(faults: Faults, name: string, fault: string | undefined): Faults {
  if (faults.get(name) === fault) return faults
  const next = new Map(faults)
  if (fault === undefined) next.delete(name)
  else next.set(name, fault)
  return next
}
