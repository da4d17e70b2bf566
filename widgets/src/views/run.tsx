import * as React from 'react';

import { IParameter, UNDER_WAY } from '../tokens';
import { Choice, ChosenSettings, Field, IViewProps, Push } from './parts';
import { JobView } from './job';

const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'ko', label: '한국어' }
];

/** A field for a parameter, by its type. */
function Parameter(props: { parameter: IParameter; value: string; onChange: (value: string) => void }): JSX.Element {
  const { parameter, value, onChange } = props;
  if (parameter.type === 'boolean') {
    const options = ['True', 'False'].map(name => ({ value: name, label: name }));
    return (
      <Field label={parameter.name}>
        <Choice label={parameter.name} value={value} options={options} onChange={onChange} />
      </Field>
    );
  }
  const isNumber = parameter.type === 'integer' || parameter.type === 'number';
  return (
    <Field label={parameter.name}>
      <input
        className="jp-mod-styled"
        type={isNumber ? 'number' : 'text'}
        step={parameter.type === 'integer' ? 1 : 'any'}
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </Field>
  );
}

/** Start a run and follow it. */
export function RunView(props: IViewProps): JSX.Element {
  const { model, words } = props;
  const chosen = model.chosen;
  const [lang, setLang] = React.useState<string | null>(null);
  const [first, setFirst] = React.useState('00');
  const [last, setLast] = React.useState('07');
  const [given, setGiven] = React.useState<Record<string, string>>({});
  React.useEffect(() => {
    setLang(null);
    setGiven({});
  }, [chosen?.path]);
  if (!chosen || !model.steps) {
    return <ChosenSettings {...props} />;
  }
  const { steps, parameters } = model.steps;
  const selected = steps.filter(step => step.number >= first && step.number <= last);
  const options = steps.map(step => ({ value: step.number, label: `${step.number} ${step.title}` }));
  const isTimed = selected.every(step => step.seconds !== null);
  const seconds = selected.reduce((sum, step) => sum + (step.seconds ?? 0), 0);
  const underWay = model.job !== null && UNDER_WAY.includes(model.job.state);
  const changed = Object.fromEntries(
    parameters.filter(p => given[p.name] !== undefined && given[p.name] !== p.default).map(p => [p.name, given[p.name]])
  );
  const start = (): void => {
    void model.startRun({
      settings: chosen.path,
      lang: lang ?? chosen.lang,
      steps: selected.length === steps.length ? [] : selected.map(step => step.number),
      parameters: changed,
      resume: false
    });
  };
  return (
    <div className="crm-View">
      <ChosenSettings {...props} />
      <Field label={words.__('Language of the report')}>
        <Choice
          label={words.__('Language of the report')}
          value={lang ?? chosen.lang}
          options={LANGUAGES}
          onChange={setLang}
        />
      </Field>
      <div className="crm-View">
        <Field label={words.__('From step')}>
          <Choice
            label={words.__('From step')}
            value={first}
            options={options}
            onChange={value => {
              setFirst(value);
              setLast(value > last ? value : last);
            }}
          />
        </Field>
        <Field label={words.__('To step')}>
          <Choice
            label={words.__('To step')}
            value={last}
            options={options.filter(option => option.value >= first)}
            onChange={setLast}
          />
        </Field>
      </div>
      {first > steps[0].number && (
        <p className="crm-hint">{words.__('Steps before these are taken from the newest report.')}</p>
      )}
      {last < steps[steps.length - 1].number && (
        <p className="crm-hint">{words.__('A report that ends early does not replace the newest one of all steps.')}</p>
      )}
      {parameters.length > 0 && (
        <details>
          <summary>{words.__('Parameters of the notebooks')}</summary>
          {parameters.map(parameter => (
            <Parameter
              key={parameter.name}
              parameter={parameter}
              value={given[parameter.name] ?? parameter.default}
              onChange={value => setGiven({ ...given, [parameter.name]: value })}
            />
          ))}
        </details>
      )}
      <div className="crm-row">
        <Push text={words.__('Run')} kind="accept" disabled={underWay || model.busy} onClick={start} />
        <span className="crm-hint">
          {isTimed
            ? words.__('Took {time} last time.', { time: words.duration(seconds) })
            : words.__('How long it takes is known after one run of these steps.')}
        </span>
      </div>
      {model.job && <JobView {...props} job={model.job} />}
    </div>
  );
}
