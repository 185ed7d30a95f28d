/** Brings the focus to where the person goes on: a screen that took the place of another has none by itself. For `{@attach}`. */
export const takeFocus = (node: HTMLElement): void => node.focus({ preventScroll: true });
