import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

const PATIENCE_MS = 250

/**
 * A text of the address for a field. What is typed is there at once (an address follows too late: the caret would jump)
 * and given to `send`, without the blanks around it, when nobody types for a moment. Where the address changes by
 * itself, the field follows.
 */
export function useAddressText(
  inAddress: string | undefined,
  send: (text: string | undefined) => void,
): readonly [text: string, type: (text: string) => void] {
  const [text, setText] = useState(inAddress ?? '')
  const sent = useRef(inAddress)
  const sendSoon = useDebouncedCallback((typed: string) => {
    const wanted = typed.trim() === '' ? undefined : typed.trim()
    sent.current = wanted
    send(wanted)
  }, PATIENCE_MS)
  useEffect(() => {
    if (inAddress === sent.current) return
    sent.current = inAddress
    setText(inAddress ?? '')
  }, [inAddress])
  const type = (typed: string) => {
    setText(typed)
    sendSoon(typed)
  }
  return [text, type]
}
