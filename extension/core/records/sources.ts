/** Source of what a person typed; screens have words for it. */
export const BY_HAND = 'by hand';

/** Whether something came from a place on the web, in place of a file that the person chose. */
export const isSite = (source: string): boolean => /^https?:\/\//.test(source);
