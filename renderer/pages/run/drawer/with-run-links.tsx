import { TextLink } from '#renderer/ui/link.tsx'

/** A sentence of the core in which the ids of runs are links. */
export function WithRunLinks({ text }: { readonly text: string }) {
  return text.split(/\b([0-9a-z]{26})\b/).map((part, index) =>
    index % 2 === 1 ? (
      // oxlint-disable-next-line react/no-array-index-key -- the parts of one sentence do not move
      <TextLink inherit underline="always" key={index} to="/runs/$run" params={{ run: part }}>
        {part}
      </TextLink>
    ) : (
      part
    ),
  )
}
