"use strict";(self.rspackChunkcrm_analysis=self.rspackChunkcrm_analysis||[]).push([[266],{646(r,e,o){var t=o(601),a=o.n(t),n=o(314),i=(o.n(n))()(a());i.push([r.id,`.crm-Panel {
  overflow: auto;
  min-width: 260px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
}

.crm-Content:lang(ko) {
  word-break: keep-all;
}

.crm-Tabs {
  display: flex;
  flex-wrap: wrap;
  position: sticky;
  top: 0;
  z-index: 1;
  background: var(--jp-layout-color1);
  border-bottom: var(--jp-border-width) solid var(--jp-border-color1);
}

.crm-Tab {
  flex: 1 0 auto;
  padding: 8px 4px;
  border: 0;
  border-bottom: 2px solid transparent;
  background: none;
  color: var(--jp-ui-font-color2);
  font: inherit;
  cursor: pointer;
}

.crm-Tab:hover {
  background: var(--jp-layout-color2);
}

.crm-Tab[aria-selected='true'] {
  border-bottom-color: var(--jp-brand-color1);
  color: var(--jp-ui-font-color1);
  font-weight: 600;
}

.crm-Tab:focus-visible,
.crm-Status:focus-visible,
.crm-Check:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}

#crm-part {
  padding: 12px;
}

.crm-View {
  display: flex;
  flex-direction: column;
  gap: 12px;
}

.crm-Panel p,
.crm-Panel h3 {
  margin: 0;
  line-height: var(--jp-content-line-height);
}

.crm-Panel h3 {
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
}

.crm-Field {
  display: flex;
  flex-direction: column;
  gap: 4px;
  min-width: 0;
}

.crm-Field-label {
  color: var(--jp-ui-font-color1);
  font-weight: 600;
}

.crm-Panel .jp-HTMLSelect,
.crm-Panel .jp-HTMLSelect > select,
.crm-Panel input.jp-mod-styled {
  box-sizing: border-box;
  width: 100%;
  min-width: 0;
  font-size: var(--jp-ui-font-size1);
}

.crm-Panel .jp-HTMLSelect > select {
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
}

.crm-hint {
  color: var(--jp-ui-font-color2);
  font-weight: 400;
  overflow-wrap: anywhere;
}

.crm-error {
  padding: 8px;
  border-left: 3px solid var(--jp-error-color1);
  background: var(--jp-layout-color2);
  overflow-wrap: anywhere;
}

.crm-row {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 8px;
}

.crm-Range > * {
  flex: 1 1 100px;
}

.crm-Panel .crm-Push {
  margin: 0;
  height: auto;
  min-height: 28px;
  line-height: 1.4;
}

.crm-Push:disabled {
  opacity: 0.5;
  cursor: not-allowed;
}

.crm-Job {
  display: flex;
  flex-direction: column;
  gap: 8px;
  padding-top: 12px;
  border-top: var(--jp-border-width) solid var(--jp-border-color2);
}

.crm-Job-bar {
  width: 100%;
  accent-color: var(--jp-brand-color1);
}

.crm-Steps,
.crm-List {
  display: flex;
  flex-direction: column;
  gap: 8px;
  margin: 0;
  padding: 0;
  list-style: none;
}

.crm-Steps {
  gap: 4px;
}

.crm-Step {
  display: flex;
  gap: 8px;
  line-height: 1.5;
}

.crm-Step-title {
  flex: 1 1 auto;
}

.crm-Step-state {
  flex: none;
  color: var(--jp-ui-font-color2);
  text-align: right;
  font-variant-numeric: tabular-nums;
}

.crm-Step.crm-mod-waiting {
  color: var(--jp-ui-font-color2);
}

.crm-Step.crm-mod-running {
  font-weight: 600;
}

.crm-Step.crm-mod-done > span:first-child {
  color: var(--jp-success-color0);
}

.crm-Step.crm-mod-failed > span:first-child {
  color: var(--jp-error-color1);
}

.crm-Card {
  display: flex;
  flex-direction: column;
  align-items: stretch;
  gap: 6px;
  padding: 8px;
  border: var(--jp-border-width) solid var(--jp-border-color2);
  border-radius: var(--jp-border-radius);
}

.crm-Card > .crm-Push,
.crm-Decision > .crm-Push {
  align-self: flex-start;
}

.crm-Card-head {
  display: flex;
  justify-content: space-between;
  gap: 8px;
  overflow-wrap: anywhere;
}

.crm-Card .crm-row > .jp-HTMLSelect {
  flex: 1 1 110px;
  width: auto;
}

.crm-Decision {
  display: flex;
  flex-direction: column;
  gap: 4px;
  padding: 8px;
  border-left: 3px solid var(--jp-brand-color1);
  background: var(--jp-layout-color2);
}

.crm-examples {
  font-size: var(--jp-ui-font-size0);
}

.crm-Check {
  overflow-x: auto;
  margin: 0;
  padding: 8px;
  background: var(--jp-layout-color2);
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  line-height: var(--jp-code-line-height);
}

.crm-Check.crm-mod-wrapped {
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}

.crm-Status {
  height: 100%;
  padding: 0 4px;
  line-height: inherit;
  border: 0;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
`,""]),o.d(e,{},{A:i})},314(r){r.exports=function(r){var e=[];return e.toString=function(){return this.map(function(e){var o="",t=void 0!==e[5];return e[4]&&(o+="@supports (".concat(e[4],") {")),e[2]&&(o+="@media ".concat(e[2]," {")),t&&(o+="@layer".concat(e[5].length>0?" ".concat(e[5]):""," {")),o+=r(e),t&&(o+="}"),e[2]&&(o+="}"),e[4]&&(o+="}"),o}).join("")},e.i=function(r,o,t,a,n){"string"==typeof r&&(r=[[null,r,void 0]]);var i={};if(t)for(var c=0;c<this.length;c++){var l=this[c][0];null!=l&&(i[l]=!0)}for(var p=0;p<r.length;p++){var s=[].concat(r[p]);t&&i[s[0]]||(void 0!==n&&(void 0===s[5]||(s[1]="@layer".concat(s[5].length>0?" ".concat(s[5]):""," {").concat(s[1],"}")),s[5]=n),o&&(s[2]&&(s[1]="@media ".concat(s[2]," {").concat(s[1],"}")),s[2]=o),a&&(s[4]?(s[1]="@supports (".concat(s[4],") {").concat(s[1],"}"),s[4]=a):s[4]="".concat(a)),e.push(s))}},e}},601(r){r.exports=function(r){return r[1]}},665(r,e,o){o.r(e);var t=o(72),a=o.n(t),n=o(825),i=o.n(n),c=o(659),l=o.n(c),p=o(56),s=o.n(p),d=o(540),u=o.n(d),f=o(113),m=o.n(f),h=o(646),v={};v.styleTagTransform=m(),v.setAttributes=s(),v.insert=l().bind(null,"head"),v.domAPI=i(),v.insertStyleElement=u(),a()(h.A,v);let g=h.A&&h.A.locals?h.A.locals:void 0;o.d(e,{},{default:g})},72(r){var e=[];function o(r){for(var o=-1,t=0;t<e.length;t++)if(e[t].identifier===r){o=t;break}return o}function t(r,t){for(var a={},n=[],i=0;i<r.length;i++){var c=r[i],l=t.base?c[0]+t.base:c[0],p=a[l]||0,s="".concat(l," ").concat(p);a[l]=p+1;var d=o(s),u={css:c[1],media:c[2],sourceMap:c[3],supports:c[4],layer:c[5]};if(-1!==d)e[d].references++,e[d].updater(u);else{var f=function(r,e){var o=e.domAPI(e);return o.update(r),function(e){e?(e.css!==r.css||e.media!==r.media||e.sourceMap!==r.sourceMap||e.supports!==r.supports||e.layer!==r.layer)&&o.update(r=e):o.remove()}}(u,t);t.byIndex=i,e.splice(i,0,{identifier:s,updater:f,references:1})}n.push(s)}return n}r.exports=function(r,a){var n=t(r=r||[],a=a||{});return function(r){r=r||[];for(var i=0;i<n.length;i++){var c=o(n[i]);e[c].references--}for(var l=t(r,a),p=0;p<n.length;p++){var s=o(n[p]);0===e[s].references&&(e[s].updater(),e.splice(s,1))}n=l}}},659(r){var e={};r.exports=function(r,o){var t=function(r){if(void 0===e[r]){var o=document.querySelector(r);if(window.HTMLIFrameElement&&o instanceof window.HTMLIFrameElement)try{o=o.contentDocument.head}catch(r){o=null}e[r]=o}return e[r]}(r);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(o)}},540(r){r.exports=function(r){var e=document.createElement("style");return r.setAttributes(e,r.attributes),r.insert(e,r.options),e}},56(r,e,o){r.exports=function(r){var e=o.nc;e&&r.setAttribute("nonce",e)}},825(r){r.exports=function(r){if("u"<typeof document)return{update:function(){},remove:function(){}};var e=r.insertStyleElement(r);return{update:function(o){var t,a,n;t="",o.supports&&(t+="@supports (".concat(o.supports,") {")),o.media&&(t+="@media ".concat(o.media," {")),(a=void 0!==o.layer)&&(t+="@layer".concat(o.layer.length>0?" ".concat(o.layer):""," {")),t+=o.css,a&&(t+="}"),o.media&&(t+="}"),o.supports&&(t+="}"),(n=o.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(n))))," */")),r.styleTagTransform(t,e,r.options)},remove:function(){var r;null===(r=e).parentNode||r.parentNode.removeChild(r)}}}},113(r){r.exports=function(r,e){if(e.styleSheet)e.styleSheet.cssText=r;else{for(;e.firstChild;)e.removeChild(e.firstChild);e.appendChild(document.createTextNode(r))}}}}]);