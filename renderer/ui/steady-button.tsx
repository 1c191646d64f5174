import type { ComponentProps } from 'react'

type SteadyProps = ComponentProps<'button'> & { readonly 'data-loading'?: boolean }

/**
 * What a button of Mantine is made of. One that is loading would be disabled, and a keyboard would lose its place: it
 * keeps the focus and does nothing.
 */
export function SteadyButton({ type = 'button', disabled = false, onClick, ...props }: SteadyProps) {
  const isBusy = props['data-loading'] === true
  return (
    <button
      {...props}
      // oxlint-disable-next-line react/button-has-type -- whoever names none has one that submits nothing
      type={type}
      disabled={disabled && !isBusy}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    />
  )
}
