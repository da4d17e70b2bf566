import { ITranslator } from '@jupyterlab/translation';

import korean from './ko.json';

/** Words of the panel in the language of JupyterLab: our own Korean, no language pack needed. */
export class Words {
  /** Two letters, for the server and for dates. */
  readonly lang: 'en' | 'ko';

  constructor(translator: ITranslator | null) {
    this.lang = (translator?.languageCode ?? 'en').toLowerCase().startsWith('ko') ? 'ko' : 'en';
  }

  /** A text with its `{slots}` filled. */
  readonly __ = (text: string, slots: Record<string, string | number> = {}): string => {
    const found = this.lang === 'ko' ? (korean as Record<string, string>)[text] ?? text : text;
    return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(slots[name] ?? whole));
  };

  /** Minutes and seconds in words. */
  readonly duration = (seconds: number): string => {
    if (seconds < 60) {
      return this.__('{n} s', { n: Math.max(1, Math.round(seconds)) });
    }
    if (seconds < 3600) {
      return this.__('{n} min', { n: Math.round(seconds / 60) });
    }
    return this.__('{n} h', { n: Math.round(seconds / 360) / 10 });
  };

  /** A moment in the reader's time zone. */
  readonly moment = (iso: string): string =>
    new Intl.DateTimeFormat(this.lang, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
