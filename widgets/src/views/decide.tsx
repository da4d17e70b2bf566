import * as React from 'react';

import { Words } from '../translate';
import { IAction, IActions } from '../tokens';
import { Choice, ChosenSettings, Field, IViewProps, Push } from './parts';

function facts(action: IAction, words: Words): string {
  const parts = [words.__('Customers: {n}', { n: action.customers })];
  if (action.channel) {
    parts.push(
      action.channel,
      words.__('cost {cost}', { cost: action.cost }),
      words.__('pays if {odds} act', { odds: action.pays_if }),
      action.evidence
    );
  }
  return parts.join(' · ');
}

/** One action: what the system proposes, what people decided. */
function ActionCard(props: IViewProps & { action: IAction; strategies: IActions['strategies'] }): JSX.Element {
  const { action, model, words } = props;
  const [reason, setReason] = React.useState('');
  const decision = action.decision;
  const take = (strategy: string | null): void => {
    void model.decide(action.segment, strategy, reason, decision?.at ?? '').then(() => setReason(''));
  };
  const blocked = reason.trim() === '' || model.busy;
  const others = props.strategies.filter(s => s.code !== action.strategy && s.code !== 'none');
  return (
    <li className="crm-Card">
      <b>{action.name}</b>
      <div className="crm-hint">{facts(action, words)}</div>
      {decision && (
        <div className="crm-Decision">
          <span>
            {words.__('Decided: {what}', { what: decision.label })}
            {decision.due ? ` (${words.__('due for review')})` : ''}
          </span>
          <span className="crm-hint">
            “{decision.reason}” · {decision.by} · {words.moment(decision.at)}
          </span>
          <Push
            text={words.__('Take back')}
            label={words.__('Take back: {action}', { action: action.name })}
            disabled={model.busy}
            onClick={() => take(null)}
          />
        </div>
      )}
      {!decision && (
        <>
          <Field label={words.__('Reason')}>
            <input
              className="jp-mod-styled"
              value={reason}
              placeholder={words.__('Why; needed for a decision')}
              onChange={event => setReason(event.target.value)}
            />
          </Field>
          <div className="crm-row">
            <Push
              text={words.__('Accept')}
              label={words.__('Accept: {action}', { action: action.name })}
              kind="accept"
              disabled={blocked}
              onClick={() => take(action.strategy)}
            />
            {action.strategy !== 'none' && (
              <Push
                text={words.__('Reject')}
                label={words.__('Reject: {action}', { action: action.name })}
                disabled={blocked}
                onClick={() => take('none')}
              />
            )}
            <Choice
              label={words.__('Do something else: {action}', { action: action.name })}
              value=""
              disabled={blocked}
              options={[
                { value: '', label: words.__('Something else…') },
                ...others.map(s => ({ value: s.code, label: s.label }))
              ]}
              onChange={take}
            />
          </div>
        </>
      )}
    </li>
  );
}

/** Accept or reject what the latest report proposes. */
export function DecideView(props: IViewProps): JSX.Element {
  const { model, words } = props;
  if (!model.chosen) {
    return <ChosenSettings {...props} />;
  }
  const found = model.actions;
  return (
    <div className="crm-View">
      <ChosenSettings {...props} />
      {found !== null && found.run === null && (
        <p>{words.__('There is no report of all steps yet. First: start a run under Run.')}</p>
      )}
      {found !== null && found.run !== null && (
        <>
          <p className="crm-hint">
            {words.__('Decisions are kept in decisions.toml beside the settings; the next run applies them.')}
          </p>
          <ul className="crm-List">
            {found.actions.map(action => (
              <ActionCard key={action.segment} {...props} action={action} strategies={found.strategies} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
