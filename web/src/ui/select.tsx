import { ChevronDown } from 'lucide-react'
import { useId } from 'react'

type Props = {
  readonly label: string
  readonly value: number
  readonly options: readonly { readonly value: number; readonly label: string }[]
  readonly onChange: (value: number) => void
}

/** A labelled choice among a few numbers; the system's own list, which every device knows how to show. */
export function Select({ label, value, options, onChange }: Props) {
  const id = useId()
  return (
    <div className="flex min-w-32 flex-1 flex-col gap-1.5 sm:flex-none">
      <label htmlFor={id} className="text-meta text-ink-2">
        {label}
      </label>
      <div className="relative">
        <select
          id={id}
          className="input appearance-none pr-9"
          value={value}
          onChange={(event) => onChange(Number(event.target.value))}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown
          size={16}
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-ink-3"
        />
      </div>
    </div>
  )
}
