import { mount, type Component } from 'svelte';
import { browser } from '../adapters/browser/api.ts';
import './theme.css';

/** Puts a page's component in place, in the language and direction of the browser. */
export function startPage(page: Component): void {
  document.documentElement.lang = browser.i18n.getUILanguage();
  document.documentElement.dir = browser.i18n.getMessage('@@bidi_dir') || 'ltr';
  const target = document.getElementById('root');
  if (target !== null) mount(page, { target });
}
