import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { PanelModel } from '../model';
import { Words } from '../translate';

/** What every view is given. */
export interface IViewProps {
  model: PanelModel;
  words: Words;
  openReport: (path: string) => void;
}

/** A label above its field. */
export function Field(props: { label: string; hint?: string; children: React.ReactNode }): JSX.Element {
  return (
    <label className="crm-Field">
      <span className="crm-Field-label">{props.label}</span>
      {props.children}
      {props.hint && <span className="crm-hint">{props.hint}</span>}
    </label>
  );
}

/** A choice among named values. */
export function Choice(props: {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  disabled?: boolean;
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <HTMLSelect
      disabled={props.disabled}
      aria-label={props.label}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
      options={props.options}
    />
  );
}

/** A button in the look of JupyterLab. */
export function Push(props: {
  text: string;
  label?: string;
  kind?: 'accept' | 'reject' | 'warn';
  disabled?: boolean;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className={`jp-mod-styled jp-mod-${props.kind ?? 'reject'} crm-Push`}
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.text}
    </button>
  );
}

/** Which file of settings; what to do first where there is none. */
export function ChosenSettings(props: IViewProps): JSX.Element {
  const { model, words } = props;
  if (model.settings === null) {
    return <p className="crm-hint">{words.__('Looking for files of settings…')}</p>;
  }
  if (model.settings.length === 0) {
    return (
      <div>
        <p>{words.__('There is no file of settings in this folder yet.')}</p>
        <p className="crm-hint">
          {words.__('First: under Data, choose a file with order lines. It takes three columns: who, when, how much.')}
        </p>
        <Push text={words.__('Go to Data')} kind="accept" onClick={() => void model.show('data')} />
      </div>
    );
  }
  return (
    <Field label={words.__('Settings')} hint={model.chosen?.path}>
      <Choice
        label={words.__('Settings')}
        value={model.chosen?.path ?? ''}
        options={model.settings.map(file => ({ value: file.path, label: file.name }))}
        onChange={path => void model.choose(path)}
      />
    </Field>
  );
}
