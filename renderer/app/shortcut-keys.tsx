import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useLetterKeys } from '#renderer/ui/letter-keys.ts'
import { openShortcutSheet, ShortcutSheet } from '#renderer/ui/shortcut-sheet.tsx'
import { NOTHING_PRESSED, pressKey } from './key-sequence.ts'
import { SHORTCUTS, type ShortcutAction } from './shortcuts.ts'

/** In these a letter is text, or moves in a list. */
const TYPED_INTO =
  'input, textarea, select, [contenteditable], [role="textbox"], [role="combobox"], [role="listbox"], [role="menu"]'
const DIALOG = '[role="dialog"], [role="alertdialog"]'

/** Heeds the shortcuts, save while something is typed or a dialog is open; and the sheet that lists them. */
export function ShortcutKeys() {
  const navigate = useNavigate()
  const [isOn] = useLetterKeys()
  const pressed = useRef(NOTHING_PRESSED)
  useEffect(() => {
    if (!isOn) return undefined
    const act = (action: ShortcutAction) => {
      if (action.kind === 'go') void navigate({ to: action.to })
      if (action.kind === 'sheet') openShortcutSheet()
    }
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return
      const step = pressKey(SHORTCUTS, pressed.current, { key: event.key, at: event.timeStamp })
      pressed.current = step.pressed
      if (step.hit === undefined) return
      event.preventDefault()
      act(step.hit.action)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [isOn, navigate])
  return <ShortcutSheet shortcuts={SHORTCUTS} />
}

function isShortcut(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false
  if (event.repeat || event.key === 'Shift') return false
  const isTyping = event.target instanceof Element && event.target.closest(`${TYPED_INTO}, ${DIALOG}`) !== null
  return !isTyping && document.querySelector('[aria-modal="true"]') === null
}
