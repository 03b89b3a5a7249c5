import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react'

/** One thing to pick, under its heading. */
export type Option = {
  readonly key: string
  readonly heading?: string
  readonly content: ReactNode
  readonly disabled?: boolean
  readonly onPick: () => void
}

type Props = {
  readonly label: string
  readonly placeholder?: string
  readonly query: string
  readonly onQuery: (query: string) => void
  readonly options: readonly Option[]
  /** What stands in place of the options when there are none. */
  readonly empty: ReactNode
  readonly hideLabel?: boolean
}

/** A field with its list of what was found: type, go up and down, Enter picks. */
export function SearchList({ label, placeholder, query, onQuery, options, empty, hideLabel }: Props) {
  const id = useId()
  const [active, setActive] = useState(0)
  const at = Math.min(active, options.length - 1)
  const current = options[at]

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed picks anew from the first.
  useEffect(() => setActive(0), [query])
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, at])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && options.length > 0) {
      event.preventDefault()
      setActive((at + step + options.length) % options.length)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      if (current && !current.disabled) current.onPick()
    }
  }

  return (
    <div className="flex min-h-0 flex-col gap-1.5">
      <label htmlFor={`${id}-field`} className={hideLabel ? 'sr-only' : 'text-[14px] leading-5 font-medium'}>
        {label}
      </label>
      <input
        id={`${id}-field`}
        role="combobox"
        aria-expanded={options.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${id}-${at}` : undefined}
        className="input"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the window is this field.
        autoFocus
        placeholder={placeholder}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} {...listRole(options.length, label)} className="-mx-2 mt-1 h-72 overflow-y-auto">
        {options.map((option, index) => (
          <OptionRow
            key={option.key}
            id={`${id}-${index}`}
            option={option}
            active={index === at}
            onHover={() => setActive(index)}
          />
        ))}
        {options.length === 0 && <div className="px-2 py-3 text-[14px] text-ink-3">{empty}</div>}
      </div>
    </div>
  )
}

/** An empty list is none: it holds a sentence then. */
function listRole(count: number, label: string) {
  return count > 0 ? { role: 'listbox', 'aria-label': label } : {}
}

type RowProps = { readonly id: string; readonly option: Option; readonly active: boolean; readonly onHover: () => void }

function OptionRow({ id, option, active, onHover }: RowProps) {
  return (
    <>
      {option.heading && (
        <div role="presentation" className="px-2 pt-3 pb-1 text-small font-medium text-ink-3 first:pt-1">
          {option.heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys. */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={active}
        aria-disabled={option.disabled || undefined}
        className="menu-item min-h-10 px-2"
        onPointerMove={onHover}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => !option.disabled && option.onPick()}
      >
        {option.content}
      </div>
    </>
  )
}
