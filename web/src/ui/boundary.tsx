import { Component, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { Button } from './button'
import { Empty } from './empty'

type Props = {
  readonly children: ReactNode
  /** A change of it clears the error: the room that failed says nothing about the next one. */
  readonly of?: string
}
type State = { readonly error: Error | null; readonly of: string | undefined }

/** Keeps a crash inside its panel. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: null, of: this.props.of }

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error }
  }

  static getDerivedStateFromProps(props: Props, state: State): State | null {
    return props.of === state.of ? null : { error: null, of: props.of }
  }

  override render() {
    if (!this.state.error) return this.props.children
    return (
      <div role="alert" className="h-full">
        <Empty title={t('error.title')} body={t('error.body')}>
          <Button tone="primary" onClick={() => this.setState({ error: null })}>
            {t('action.tryAgain')}
          </Button>
          <Button onClick={() => location.reload()}>{t('error.reload')}</Button>
        </Empty>
      </div>
    )
  }
}
