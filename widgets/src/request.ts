import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { IJob } from './tokens';

const ROOT = 'crm-analysis';
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

/** What the server refused, in its own words. */
export class RefusedError extends Error {}

/** The only door to the server. */
export class Door {
  /** @param lang Language in which the server answers. */
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly lang: string
  ) {}

  get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    return this.ask<T>(path, query, { method: 'GET' });
  }

  post<T>(path: string, query: Record<string, string>, body: object): Promise<T> {
    return this.ask<T>(path, query, { method: 'POST', body: JSON.stringify(body) });
  }

  /** Address of a page of a report, good for half a day. */
  async reportUrl(path: string): Promise<string> {
    const { address } = await this.post<{ address: string }>('tickets', {}, { path });
    return URLExt.join(this.settings.baseUrl, ROOT, URLExt.encodeParts(address));
  }

  /** Listen to jobs for as long as the page is open; after a break the server sends the state anew. */
  watch(take: (jobs: IJob[]) => void): void {
    let wait = FIRST_WAIT;
    const open = (): void => {
      const socket = new this.settings.WebSocket(this.socketUrl());
      socket.onopen = () => {
        wait = FIRST_WAIT;
      };
      socket.onmessage = event => {
        take((JSON.parse(String(event.data)) as { jobs: IJob[] }).jobs);
      };
      socket.onclose = () => {
        window.setTimeout(open, wait);
        wait = Math.min(2 * wait, LONGEST_WAIT);
      };
    };
    open();
  }

  private socketUrl(): string {
    const query: Record<string, string> = { lang: this.lang };
    if (this.settings.appendToken && this.settings.token !== '') {
      query.token = this.settings.token;
    }
    return URLExt.join(this.settings.wsUrl, ROOT, 'watch') + URLExt.objectToQueryString(query);
  }

  private async ask<T>(path: string, query: Record<string, string>, init: RequestInit): Promise<T> {
    const url =
      URLExt.join(this.settings.baseUrl, ROOT, path) + URLExt.objectToQueryString({ ...query, lang: this.lang });
    const response = await ServerConnection.makeRequest(url, init, this.settings);
    const text = await response.text();
    if (!response.ok) {
      throw new RefusedError(messageOf(text) || `${response.status} ${response.statusText}`);
    }
    return JSON.parse(text) as T;
  }
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: string }).message ?? '');
  } catch {
    return '';
  }
}
