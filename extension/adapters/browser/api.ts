/** The one door to the WebExtension API: promises and the same names in Chromium and Firefox. */
export { default as browser } from 'webextension-polyfill';
