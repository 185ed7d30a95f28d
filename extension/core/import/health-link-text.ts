/** A SMART Health Link: bare, or behind a viewer’s address. */
export const HEALTH_LINK = /^\s*(?:https?:\/\/\S{1,500}#)?(shlink:\/[\w-]+)\s*$/;
