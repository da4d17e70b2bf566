import { LabIcon } from '@jupyterlab/ui-components';

/** Two persons before rising columns. */
export const panelIcon = new LabIcon({
  name: 'crm-analysis:panel',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <circle cx="8" cy="8" r="3.4"/>
    <path d="M1.5 20c0-4 2.6-6.8 6.5-6.8S14.5 16 14.5 20z"/>
    <rect x="16" y="13" width="2.6" height="7"/>
    <rect x="20" y="8" width="2.6" height="12"/>
  </g>
</svg>`
});
