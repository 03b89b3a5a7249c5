import { type InputHTMLAttributes, type ReactNode, useId, useState } from 'react'
import { t } from '../i18n/t'

type FieldProps = {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly optional?: boolean
}

type InputProps = InputHTMLAttributes<HTMLInputElement> & FieldProps & { readonly after?: ReactNode }

/** A labelled input; its hint and its error are announced with it. */
export function Field({ label, hint, error, optional, after, ...input }: InputProps) {
  const id = useId()
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-[14px] font-medium leading-5">
          {label}
          {optional && <span className="font-normal text-ink-3"> · {t('field.optional')}</span>}
        </label>
        {after}
      </div>
      <input
        id={id}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-note` : undefined}
        {...input}
      />
      <FieldNote id={`${id}-note`} hint={hint} error={error} />
    </div>
  )
}

/** The line below a field: its error when there is one, else its hint. */
function FieldNote({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  if (!error && !hint) return null
  return (
    <p id={id} className={`text-meta ${error ? 'text-error' : 'text-ink-3'}`} role={error ? 'alert' : undefined}>
      {error ?? hint}
    </p>
  )
}

/** A password input that can be shown. */
export function PasswordField(props: Omit<InputProps, 'type' | 'after'>) {
  const [shown, setShown] = useState(false)
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      spellCheck={false}
      autoCapitalize="none"
      after={
        <button
          type="button"
          className="rounded px-1 text-meta text-ink-2 underline-offset-2 hover:text-ink hover:underline pointer-coarse:-my-3 pointer-coarse:min-h-11"
          aria-label={shown ? t('field.hidePassword') : t('field.showPassword')}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? t('field.hide') : t('field.show')}
        </button>
      }
    />
  )
}

type Choice<Value extends string> = { readonly value: Value; readonly label: string; readonly hint?: string }

type ChoicesProps<Value extends string> = {
  readonly legend: string
  readonly name: string
  readonly choices: readonly Choice<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly disabled?: boolean
}

/** One of a few choices, each with its line of explanation. */
export function Choices<Value extends string>({
  legend,
  name,
  choices,
  value,
  onChange,
  disabled,
}: ChoicesProps<Value>) {
  return (
    <fieldset className="flex flex-col gap-1.5" disabled={disabled}>
      <legend className="mb-1.5 text-[14px] font-medium leading-5">{legend}</legend>
      <div className="divide-y divide-line overflow-hidden rounded-field border border-line bg-raised">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className="flex gap-3 px-3 py-2.5 has-checked:bg-hover has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus"
          >
            <input
              type="radio"
              name={name}
              className="mt-1 size-4 flex-none accent-primary outline-none"
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span className="min-w-0">
              <span className="block text-[14px] leading-6">{choice.label}</span>
              {choice.hint && <span className="block text-meta text-ink-3">{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
