import { mount, type Component } from 'svelte';
import { direction, language } from './lib/language.ts';
import './theme.css';

/** A file that is let go over a page is not shown by the browser in its place; what a view does with it is its own. */
function keepStrayFiles(): void {
  for (const event of ['dragover', 'drop']) window.addEventListener(event, (e) => e.preventDefault());
}

/** Puts a page's component in place. The document is in the language of the catalogue that was found for this browser. */
export function startPage(page: Component): void {
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  keepStrayFiles();
  const target = document.getElementById('root');
  if (target !== null) mount(page, { target });
}
