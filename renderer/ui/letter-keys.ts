import { useLocalStorage } from '@mantine/hooks'

/** Whether shortcuts without Ctrl are heeded; they disturb who speaks to the computer. Kept in this browser. */
export function useLetterKeys(): readonly [isOn: boolean, setOn: (isOn: boolean) => void] {
  const [isOn, setOn] = useLocalStorage({
    key: 'minisub-letter-keys',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  return [isOn, setOn]
}
