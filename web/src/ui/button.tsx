import type { ButtonHTMLAttributes } from 'react'

type Tone = 'plain' | 'primary' | 'danger' | 'quiet'

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly tone?: Tone
  readonly wide?: boolean
  readonly busy?: boolean
}

/** A button with words. While busy it keeps its width and takes no second press. */
export function Button({ tone = 'plain', wide, busy, disabled, children, className = '', ...rest }: Props) {
  return (
    <button
      type="button"
      className={`button ${className}`}
      data-tone={tone}
      data-wide={wide || undefined}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      {...rest}
    >
      {children}
    </button>
  )
}

type IconProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** What it does, for screen readers and as the tooltip. */
  readonly label: string
  readonly small?: boolean
}

/** A button with an icon only; its label is its name and its tooltip. */
export function IconButton({ label, small, className = '', ...rest }: IconProps) {
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      data-small={small || undefined}
      aria-label={label}
      title={label}
      {...rest}
    />
  )
}
