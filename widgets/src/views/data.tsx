import * as React from 'react';

import { IColumnLook, ILook } from '../tokens';
import { Choice, ChosenSettings, Field, IViewProps, Push } from './parts';

const CURRENCIES = ['KRW', 'USD', 'EUR', 'JPY', 'GBP', 'CNY'].map(code => ({ value: code, label: code }));
const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'ko', label: '한국어' }
];

/** One header of the file: its examples, and what it becomes. */
function ColumnLine(props: {
  column: IColumnLook;
  known: string[];
  value: string;
  how: string;
  label: string;
  onChange: (value: string) => void;
}): JSX.Element {
  const options = [{ value: '', label: '–' }, ...props.known.map(name => ({ value: name, label: name }))];
  return (
    <li className="crm-Card">
      <div className="crm-Card-head">
        <b>{props.column.header}</b>
        <span className="crm-hint">{props.how}</span>
      </div>
      <div className="crm-hint crm-examples">{props.column.examples.join(' | ')}</div>
      <Choice label={props.label} value={props.value} options={options} onChange={props.onChange} />
    </li>
  );
}

/** The columns of a file, and the settings to be made of them. */
function LookView(props: IViewProps & { look: ILook; file: string }): JSX.Element {
  const { look, file, model, words } = props;
  const names = file.split('/');
  const folder = names[names.length - 2] === 'data' ? names[names.length - 3] : names[names.length - 2];
  const { becomes, missing, twice } = model;
  const [name, setName] = React.useState(folder ?? names[names.length - 1].replace(/\.[^.]+$/, ''));
  const [currency, setCurrency] = React.useState(words.lang === 'ko' ? 'KRW' : 'USD');
  const [lang, setLang] = React.useState<string>(words.lang);
  const how = { set: '', name: words.__('by its name'), values: words.__('by its values'), none: '' };
  const save = (): void => {
    const columns = look.columns.filter(c => becomes[c.header] && !(c.certainty === 'name' && becomes[c.header] === c.column));
    void model.save({
      data: file,
      name,
      currency,
      lang,
      columns: Object.fromEntries(columns.map(column => [becomes[column.header], column.header]))
    });
  };
  return (
    <>
      {look.notes.map(note => (
        <p key={note} className="crm-hint">
          {note}
        </p>
      ))}
      <h3>{words.__('What the columns mean')}</h3>
      <ul className="crm-List">
        {look.columns.map(column => (
          <ColumnLine
            key={column.header}
            column={column}
            known={look.known}
            value={becomes[column.header]}
            how={column.column === becomes[column.header] ? how[column.certainty] : ''}
            label={words.__('{header} becomes', { header: column.header })}
            onChange={value => void model.become(column.header, value)}
          />
        ))}
      </ul>
      {missing.length > 0 && (
        <p className="crm-error" role="alert">
          {words.__('Still needed: {columns}.', { columns: missing.join(', ') })}
        </p>
      )}
      {twice.length > 0 && (
        <p className="crm-error" role="alert">
          {words.__('Chosen twice: {columns}.', { columns: twice.join(', ') })}
        </p>
      )}
      <h3>{words.__('Save as settings')}</h3>
      <Field label={words.__('Name of the project')}>
        <input className="jp-mod-styled" value={name} onChange={event => setName(event.target.value)} />
      </Field>
      <div className="crm-row crm-Range">
        <Field label={words.__('Currency')}>
          <Choice label={words.__('Currency')} value={currency} options={CURRENCIES} onChange={setCurrency} />
        </Field>
        <Field label={words.__('Language of the report')}>
          <Choice label={words.__('Language of the report')} value={lang} options={LANGUAGES} onChange={setLang} />
        </Field>
      </div>
      <div className="crm-row">
        <Push
          text={words.__('Save and check')}
          kind="accept"
          disabled={missing.length > 0 || twice.length > 0 || name.trim() === '' || model.busy}
          onClick={save}
        />
        <Push text={words.__('Back')} onClick={() => model.closeLook()} />
      </div>
    </>
  );
}

/** What `check` printed: its sentences wrap, its tables keep their columns. */
function CheckText(props: { text: string; label: string }): JSX.Element {
  const blocks: { isTable: boolean; lines: string[] }[] = [];
  for (const line of props.text.split('\n').map(one => one.trimEnd())) {
    const isTable = line.startsWith(' ');
    const last = blocks[blocks.length - 1];
    if (last?.isTable && isTable) {
      last.lines.push(line);
    } else if (line) {
      blocks.push({ isTable, lines: [line] });
    }
  }
  return (
    <section className="crm-View" aria-label={props.label}>
      {blocks.map((block, at) =>
        block.isTable ? (
          <pre key={at} className="crm-Check" tabIndex={0}>
            {block.lines.join('\n')}
          </pre>
        ) : (
          <p key={at}>{block.lines[0]}</p>
        )
      )}
    </section>
  );
}

/** Choose a file of order lines, or check the settings there are. */
export function DataView(props: IViewProps & { chooseFile: () => void }): JSX.Element {
  const { model, words } = props;
  if (model.dataFile !== null) {
    return (
      <div className="crm-View">
        <p>
          <b>{model.dataFile}</b>
        </p>
        {model.look === null && model.busy && <p className="crm-hint">{words.__('Looking at the file…')}</p>}
        {model.look !== null && <LookView key={model.dataFile} {...props} look={model.look} file={model.dataFile} />}
        {model.look === null && !model.busy && <Push text={words.__('Back')} onClick={() => model.closeLook()} />}
      </div>
    );
  }
  return (
    <div className="crm-View">
      <h3>{words.__('A file of your own')}</h3>
      <p className="crm-hint">
        {words.__('CSV, Excel or Parquet with order lines: who, when, how much is enough.')}
      </p>
      <div>
        <Push text={words.__('Choose a file…')} kind={model.chosen ? 'reject' : 'accept'} onClick={props.chooseFile} />
      </div>
      {model.chosen && (
        <>
          <h3>{words.__('Settings that are there')}</h3>
          <ChosenSettings {...props} />
          <div>
            <Push
              text={words.__('Check the data')}
              kind="accept"
              disabled={model.busy}
              onClick={() => void model.runCheck()}
            />
          </div>
          {model.check?.message && (
            <p className="crm-error" role="alert">
              {model.check.message}
            </p>
          )}
          {model.check && <CheckText text={model.check.text} label={words.__('What the check found')} />}
        </>
      )}
    </div>
  );
}
