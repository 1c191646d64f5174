import type { CSSVariablesResolver } from '@mantine/core'

/**
 * Colours of texts where Mantine's have a contrast of less than 4.5 with what lies below them: dimmed texts,
 * placeholders, faults, and texts on a light ground of their own colour.
 */
export const readableColors: CSSVariablesResolver = (theme) => {
  const names = Object.keys(theme.colors)
  const light = names.flatMap((name) => {
    const color = `color-mix(in srgb, var(--mantine-color-${name}-9), black 30%)`
    return [
      [`--mantine-color-${name}-light-color`, color],
      [`--mantine-color-${name}-text`, color],
    ] as const
  })
  return {
    variables: {},
    light: {
      ...Object.fromEntries(light),
      '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
      '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
      '--mantine-color-error': 'var(--mantine-color-red-9)',
    },
    dark: {
      '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
      '--mantine-color-placeholder': 'var(--mantine-color-dark-2)',
      '--mantine-color-error': 'var(--mantine-color-red-4)',
    },
  }
}
